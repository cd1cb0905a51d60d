-- Where every SKU and every priced item stands on as_of.
-- What was ordered by as_of and had not come: nobody knew then what would come of a line that came later.
CREATE OR REPLACE TABLE open_line AS
SELECT * FROM (
SELECT p.po_id, s.sku, s.item, p.units_ordered - CASE WHEN p.received_at IS NULL THEN coalesce(p.units_received, 0) ELSE 0 END AS units,
    p.due_at, p.cancellable_until, coalesce(p.unit_cost, s.unit_cost) AS unit_cost, coalesce(p.vendor, s.vendor) AS vendor
FROM purchases p JOIN sku s ON s.sku = p.sku CROSS JOIN run r
WHERE coalesce(p.ordered_at, p.received_at, r.as_of) < r.as_of + INTERVAL 1 DAY AND (p.received_at IS NULL OR p.received_at >= r.as_of + INTERVAL 1 DAY)
) WHERE units > 0;

CREATE OR REPLACE TABLE on_order AS
SELECT sku, sum(units) AS on_order_units, min(due_at) AS due_at, max(cancellable_until) AS cancellable_until,
    sum(CASE WHEN cancellable_until >= r.as_of THEN units ELSE 0 END) AS cancellable_units
FROM open_line CROSS JOIN run r GROUP BY sku;

-- Where every SKU stands on as_of.
CREATE OR REPLACE TABLE sku_now AS
SELECT s.*, b.good AS on_hand, b.damaged, b.stock_basis,
    coalesce(o.on_order_units, 0) AS on_order, coalesce(o.cancellable_units, 0) AS cancellable, o.due_at, o.cancellable_until,
    coalesce(c.received, 0) AS received,
    CASE WHEN r.has_orders THEN coalesce(q.quality_returns, 0) END AS quality_returns, CASE WHEN r.has_orders THEN coalesce(q.returns, 0) END AS returns,
    CASE WHEN r.has_orders THEN coalesce(v.paid_value, 0) END AS paid_value,
    -- nothing held cost nothing; what is held of an unknown stock cost nobody knows what
    CASE WHEN b.good <= 0 THEN 0 ELSE h.on_hand_cost END AS on_hand_cost, CASE WHEN b.damaged <= 0 THEN 0 ELSE h.damaged_cost END AS damaged_cost
FROM sku s CROSS JOIN run r
LEFT JOIN held_cost h ON h.sku = s.sku
LEFT JOIN (SELECT b.* FROM balance b CROSS JOIN run t WHERE b.until > t.as_of) b ON b.sku = s.sku
LEFT JOIN on_order o ON o.sku = s.sku
LEFT JOIN (SELECT sku, sum(received) AS received FROM flow GROUP BY sku) c ON c.sku = s.sku
LEFT JOIN (
    SELECT sku, sum(units) AS returns, sum(CASE WHEN reason = 'quality' OR coalesce(resaleable_units, units) < units THEN units ELSE 0 END) AS quality_returns
    FROM lines WHERE kind IN ('return', 'exchange') GROUP BY sku
) q ON q.sku = s.sku
LEFT JOIN (SELECT sku, sum(paid_value) AS paid_value FROM sku_week_sales GROUP BY sku) v ON v.sku = s.sku;

-- Units bought, by the week in which that was first known: ordered, or received where no order is recorded.
CREATE OR REPLACE TABLE buy_week AS
SELECT item, CAST(date_trunc('week', day) AS DATE) AS week, sum(units) AS units FROM (
SELECT s.item, coalesce(least(p.ordered_at, p.received_at), r.as_of) AS day,
    -- what came later than as_of nobody knew: it was still ordered
    CASE WHEN p.received_at < r.as_of + INTERVAL 1 DAY THEN coalesce(p.units_received, p.units_ordered) ELSE p.units_ordered END AS units
FROM purchases p JOIN sku s ON s.sku = p.sku CROSS JOIN run r
) b CROSS JOIN run r WHERE day < r.as_of + INTERVAL 1 DAY AND units > 0
GROUP BY 1, 2;

-- A replenishment was ordered (where that is not known: received) after the item's first receipt.
CREATE OR REPLACE TABLE replenishment AS
SELECT s.item, sum(coalesce(p.units_received, p.units_ordered)) AS units
FROM purchases p JOIN sku s ON s.sku = p.sku CROSS JOIN run r
JOIN (SELECT item, min(first_receipt) AS first_receipt FROM sku GROUP BY item) f ON f.item = s.item
WHERE p.received_at < r.as_of + INTERVAL 1 DAY AND CAST(coalesce(p.ordered_at, p.received_at) AS DATE) > f.first_receipt
GROUP BY s.item;

-- Where every priced item stands on as_of: sizes summed, stock below zero counted as none.
CREATE OR REPLACE TABLE item_now AS
SELECT n.item, min(name) AS name, min(image) AS image, min(brand) AS brand, min(category) AS category, min(parent_category) AS parent_category, min(tier) AS tier,
    min(role) AS role, min(season) AS season, min(wave) AS wave, min(vendor) AS vendor,
    min(launch_date) AS launch_date, bool_and(launch_imputed) AS launch_imputed, bool_or(left_truncated) AS left_truncated, max(exit_date) AS exit_date,
    min(first_sale) AS first_sale, min(first_receipt) AS first_receipt,
    -- a mean of the sizes by what was received of each; where nothing was, of each alike
    coalesce(CAST(sum(tag_price * received) AS DOUBLE) / nullif(sum(CASE WHEN tag_price IS NOT NULL THEN received END), 0), CAST(sum(tag_price) AS DOUBLE) / count(tag_price)) AS tag_price,
    coalesce(CAST(sum(unit_cost * received) AS DOUBLE) / nullif(sum(CASE WHEN unit_cost IS NOT NULL THEN received END), 0), CAST(sum(unit_cost) AS DOUBLE) / count(unit_cost)) AS mean_cost,
    max(lead_time_days) AS lead_time_days,
    count(*) AS skus, CASE WHEN count(on_hand) > 0 THEN count(*) FILTER (WHERE on_hand > 0) END AS skus_in_stock,
    sum(CASE WHEN on_hand > 0 THEN on_hand WHEN on_hand IS NOT NULL THEN 0 END) AS on_hand,
    sum(CASE WHEN damaged > 0 THEN damaged WHEN damaged IS NOT NULL THEN 0 END) AS damaged,
    CASE WHEN count(CASE WHEN on_hand IS NOT NULL AND on_hand_cost IS NULL THEN 1 END) = 0 THEN sum(on_hand_cost) END AS on_hand_cost,
    CASE WHEN count(CASE WHEN damaged IS NOT NULL AND damaged_cost IS NULL THEN 1 END) = 0 THEN sum(damaged_cost) END AS damaged_cost,
    sum(CASE WHEN on_hand > 0 THEN on_hand * tag_price END) AS on_hand_tag,
    sum(on_order) AS on_order, sum(cancellable) AS cancellable, min(due_at) AS due_at, max(cancellable_until) AS cancellable_until,
    sum(received) AS received, coalesce(max(r.units), 0) AS replenished, sum(quality_returns) AS quality_returns, sum(returns) AS returns,
    -- of the sizes that earn the money, how many are left
    CASE WHEN count(on_hand) > 0 THEN CAST(sum(CASE WHEN on_hand > 0 THEN paid_value ELSE 0 END) AS DOUBLE) / nullif(sum(paid_value), 0) END AS sizes_left,
    max(stock_basis) AS stock_basis
FROM sku_now n LEFT JOIN replenishment r ON r.item = n.item GROUP BY n.item;

-- What a shop without order lines knows of its sales. Of an item one of whose sizes was left blank they are unknown.
CREATE OR REPLACE TABLE item_months AS
SELECT s.item, sum(n.on_hand) AS on_hand,
    CASE WHEN bool_and(n.sold_1m IS NOT NULL) THEN sum(n.sold_1m) END AS sold_1m,
    CASE WHEN bool_and(n.sold_3m IS NOT NULL) THEN sum(n.sold_3m) END AS sold_3m,
    CASE WHEN bool_and(n.sold_6m IS NOT NULL) THEN sum(n.sold_6m) END AS sold_6m,
    CASE WHEN bool_and(n.sold_9m IS NOT NULL) THEN sum(n.sold_9m) END AS sold_9m
FROM newest_snapshot n JOIN sku s ON s.sku = n.sku GROUP BY s.item;
