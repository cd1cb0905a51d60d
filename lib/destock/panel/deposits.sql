-- A deposit order is no sale until its balance is paid: it stays out, with whatever was done to it.
CREATE OR REPLACE TABLE unpaid AS
SELECT DISTINCT order_id, coalesce(line_id, '') AS line_id, sku
FROM order_lines CROSS JOIN run
WHERE ordered_at < as_of + INTERVAL 1 DAY AND kind = 'sale' AND presale = 'deposit' AND (balance_paid_at IS NULL OR balance_paid_at >= as_of + INTERVAL 1 DAY);

CREATE OR REPLACE VIEW paid_line AS
SELECT l.* FROM order_lines l
LEFT JOIN unpaid u ON u.order_id = l.order_id AND u.line_id = coalesce(l.line_id, '') AND u.sku = l.sku
WHERE u.order_id IS NULL;
