-- Where no order lines are given, the newest snapshot by as_of stands in for them: its stock is a count of its day.
CREATE OR REPLACE TABLE newest_snapshot AS
SELECT s.sku, s.as_of AS counted_at, s.on_hand, s.sold_1m, s.sold_3m, s.sold_6m, s.sold_9m FROM snapshot s CROSS JOIN run r
WHERE NOT r.has_orders AND s.as_of = (SELECT max(x.as_of) FROM snapshot x CROSS JOIN run t WHERE x.as_of <= t.as_of);

CREATE OR REPLACE VIEW stock_count AS
SELECT sku, counted_at, on_hand, condition FROM stock CROSS JOIN run WHERE counted_at <= as_of
UNION ALL
SELECT n.sku, n.counted_at, n.on_hand, NULL FROM newest_snapshot n
LEFT JOIN (SELECT DISTINCT sku, counted_at FROM stock) k ON k.sku = n.sku AND k.counted_at = n.counted_at WHERE k.sku IS NULL;

-- Every SKU that was named by as_of, whether the product table knows it or not, with its priced item.
CREATE OR REPLACE TABLE known_sku AS
SELECT sku FROM products
UNION SELECT sku FROM order_days UNION SELECT sku FROM unpaid
UNION SELECT sku FROM purchases CROSS JOIN run WHERE coalesce(least(ordered_at, received_at), as_of) < as_of + INTERVAL 1 DAY
UNION SELECT sku FROM movements CROSS JOIN run WHERE moved_at < as_of + INTERVAL 1 DAY
UNION SELECT sku FROM stock_count;

CREATE OR REPLACE TABLE first_event AS
SELECT sku, min(day) AS first_day, min(day) FILTER (source = 'sale') AS first_sale, min(day) FILTER (source = 'receipt') AS first_receipt
FROM (
    SELECT sku, first_sale AS day, 'sale' AS source FROM order_days
    UNION ALL SELECT sku, CAST(received_at AS DATE), 'receipt' FROM purchases CROSS JOIN run WHERE received_at < as_of + INTERVAL 1 DAY
    -- without order lines a count says nothing about when an item was new
    UNION ALL SELECT sku, counted_at, 'count' FROM stock_count CROSS JOIN run WHERE on_hand > 0 AND has_orders
) GROUP BY sku;

CREATE OR REPLACE TABLE last_cost AS
SELECT sku, max_by(unit_cost, (received_at, po_id)) AS unit_cost
FROM purchases CROSS JOIN run
WHERE unit_cost IS NOT NULL AND received_at < as_of + INTERVAL 1 DAY GROUP BY sku;

CREATE OR REPLACE TABLE sku AS
SELECT k.sku,
    CASE r.price_level WHEN 'sku' THEN k.sku WHEN 'style_colour' THEN coalesce(p.style_colour, p.style, k.sku) ELSE coalesce(p.style, k.sku) END AS item,
    p.name, p.image, p.brand, p.parent_category, p.tier, p.role, p.season, p.wave, p.size, p.colour, p.vendor, p.tag_price, p.lead_time_days,
    CASE WHEN x.sku IS NOT NULL THEN '(product row rejected)' WHEN p.sku IS NULL THEN '(not in master)' ELSE coalesce(p.category, '(none)') END AS category,
    coalesce(p.unit_cost, c.unit_cost) AS unit_cost,
    coalesce(p.launch_date, f.first_day) AS launch_date,
    p.launch_date IS NULL AS launch_imputed,
    -- It was there before the records begin: launched earlier, or met in their first week without a receipt.
    coalesce(p.launch_date < r.first_day, f.first_day < r.first_day + 7 AND f.first_day < coalesce(f.first_receipt, r.as_of + 1), NOT r.has_orders) AS left_truncated,
    coalesce(p.exit_date, s.season_end) AS exit_date,
    f.first_sale, f.first_receipt
FROM known_sku k CROSS JOIN run r
LEFT JOIN products p ON p.sku = k.sku
LEFT JOIN rejected_product x ON x.sku = k.sku
LEFT JOIN last_cost c ON c.sku = k.sku
LEFT JOIN first_event f ON f.sku = k.sku
LEFT JOIN season s ON s.season = p.season;
