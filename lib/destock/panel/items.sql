-- Rolled up to the priced item: the week, with traffic, the price and the sizes left; the day, for items under test.
CREATE OR REPLACE TABLE item_traffic AS
SELECT item, CAST(date_trunc('week', date) AS DATE) AS week, sum(exposures) AS exposures, sum(clicks) AS clicks,
    sum(CAST(live_minutes AS DECIMAL(18,3))) AS live_minutes, sum(ad_spend) AS ad_spend
FROM traffic CROSS JOIN run WHERE date <= as_of GROUP BY 1, 2;

-- The price in force, from one change to the next: where several rows hold, the newest.
CREATE OR REPLACE TABLE price_span AS
WITH change AS (
    SELECT item, valid_from AS from_day FROM prices CROSS JOIN run WHERE valid_from <= as_of
    UNION SELECT item, valid_to FROM prices CROSS JOIN run WHERE valid_to <= as_of
),
span AS (
    SELECT item, from_day, coalesce(lead(from_day) OVER (PARTITION BY item ORDER BY from_day), as_of + 1) AS until
    FROM change CROSS JOIN run
)
SELECT item, price, experiment, arm, from_day, until FROM (
    SELECT s.*, p.price, p.experiment, p.arm, row_number() OVER (
        PARTITION BY s.item, s.from_day ORDER BY p.valid_from DESC, coalesce(p.mechanism, '') DESC, coalesce(p.channel, '')) AS place
    FROM span s JOIN prices p ON p.item = s.item AND p.valid_from <= s.from_day AND (p.valid_to IS NULL OR p.valid_to > s.from_day)
) WHERE place = 1;

CREATE OR REPLACE TABLE item_price AS
SELECT p.item, w.week,
    CAST(sum(p.price * date_diff('day', greatest(p.from_day, w.week), least(p.until, w.week + 7))) AS DOUBLE)
        / sum(date_diff('day', greatest(p.from_day, w.week), least(p.until, w.week + 7))) AS list_price,
    count(DISTINCT p.price) AS list_prices
FROM price_span p JOIN weeks w ON p.from_day < w.week + 7 AND p.until > w.week
GROUP BY 1, 2;

CREATE OR REPLACE TABLE item_week AS
WITH total AS (
    SELECT item, week, bool_and(complete) AS complete, max(age_week) AS age_week,
        sum(sold_units) AS sold_units, sum(cancelled_units) AS cancelled_units, sum(returned_units) AS returned_units,
        sum(undone_units) AS undone_units, sum(gift_units) AS gift_units, sum(paid_value) AS paid_value,
        sum(revenue) AS revenue, sum(refund_value) AS refund_value, sum(received_units) AS received_units,
        sum(closing_units) AS closing_units, sum(damaged_units) AS damaged_units,
        count(*) AS skus, CASE WHEN count(closing_units) > 0 THEN count(*) FILTER (WHERE closing_units > 0) END AS skus_in_stock,
        CAST(sum(days_in_stock) AS DOUBLE) / nullif(sum(days_on_sale), 0) AS in_stock_share
    FROM sku_week GROUP BY item, week
)
SELECT t.*, coalesce(CAST(t.paid_value AS DOUBLE) / nullif(t.sold_units, 0), p.list_price) AS price,
    p.list_price, p.list_prices, x.exposures, x.clicks, x.live_minutes, x.ad_spend
FROM total t
LEFT JOIN item_price p ON p.item = t.item AND p.week = t.week
LEFT JOIN item_traffic x ON x.item = t.item AND x.week = t.week;

CREATE OR REPLACE TABLE experiment AS
SELECT experiment, item, arm, coalesce(decision_date, valid_from) AS decision_date,
    coalesce(window_end, valid_to - 1, r.as_of) AS window_end, price AS arm_price
FROM prices CROSS JOIN run r WHERE experiment IS NOT NULL AND coalesce(decision_date, valid_from) <= r.as_of;

CREATE OR REPLACE TABLE item_day AS
WITH tested AS (
    SELECT item, min(decision_date) - 42 AS from_day, max(window_end) + 28 AS to_day FROM experiment GROUP BY item
),
sold AS (
    SELECT s.item, l.day, sum(l.units) AS sold_units, sum(l.customer_paid) AS paid_value, sum(l.revenue) AS revenue
    FROM lines l JOIN sku s ON s.sku = l.sku WHERE l.retail AND l.kind = 'sale' GROUP BY 1, 2
)
SELECT t.item, d.day, coalesce(s.sold_units, 0) AS sold_units, coalesce(s.paid_value, 0) AS paid_value,
    coalesce(s.revenue, 0) AS revenue, p.price AS list_price, p.experiment, p.arm
FROM tested t JOIN days d ON d.day BETWEEN t.from_day AND t.to_day
LEFT JOIN sold s ON s.item = t.item AND s.day = d.day
LEFT JOIN price_span p ON p.item = t.item AND d.day >= p.from_day AND d.day < p.until
WHERE (SELECT has_orders FROM run);

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
    CASE WHEN r.has_orders THEN coalesce(v.paid_value, 0) END AS paid_value
FROM sku s CROSS JOIN run r
LEFT JOIN (SELECT b.* FROM balance b CROSS JOIN run t WHERE b.until > t.as_of) b ON b.sku = s.sku
LEFT JOIN on_order o ON o.sku = s.sku
LEFT JOIN (SELECT sku, sum(received) AS received FROM flow GROUP BY sku) c ON c.sku = s.sku
LEFT JOIN (
    SELECT sku, sum(units) AS returns, sum(CASE WHEN reason = 'quality' OR coalesce(resaleable_units, units) < units THEN units ELSE 0 END) AS quality_returns
    FROM lines WHERE kind IN ('return', 'exchange') GROUP BY sku
) q ON q.sku = s.sku
LEFT JOIN (SELECT sku, sum(paid_value) AS paid_value FROM sku_week_sales GROUP BY sku) v ON v.sku = s.sku;

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
    CAST(sum(tag_price) AS DOUBLE) / count(tag_price) AS tag_price, CAST(sum(unit_cost) AS DOUBLE) / count(unit_cost) AS mean_cost, max(lead_time_days) AS lead_time_days,
    count(*) AS skus, CASE WHEN count(on_hand) > 0 THEN count(*) FILTER (WHERE on_hand > 0) END AS skus_in_stock,
    sum(CASE WHEN on_hand > 0 THEN on_hand WHEN on_hand IS NOT NULL THEN 0 END) AS on_hand,
    sum(CASE WHEN damaged > 0 THEN damaged WHEN damaged IS NOT NULL THEN 0 END) AS damaged,
    sum(CASE WHEN on_hand > 0 THEN on_hand * unit_cost ELSE 0 END) AS on_hand_cost,
    sum(CASE WHEN damaged > 0 THEN damaged * unit_cost ELSE 0 END) AS damaged_cost,
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
