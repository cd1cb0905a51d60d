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
WITH tagged AS (
    -- a size without a tag has that of the others
    SELECT sku, coalesce(tag_price, CAST(avg(tag_price) OVER (PARTITION BY item) AS DECIMAL(18,4))) AS tag_price FROM sku
),
total AS (
    SELECT item, week, bool_and(complete) AS complete, max(age_week) AS age_week,
        sum(sold_units) AS sold_units, sum(cancelled_units) AS cancelled_units, sum(returned_units) AS returned_units,
        sum(undone_units) AS undone_units, sum(gift_units) AS gift_units, sum(paid_value) AS paid_value,
        CASE WHEN count(CASE WHEN sold_units > 0 AND tag_price IS NULL THEN 1 END) = 0 THEN sum(sold_units * coalesce(tag_price, 0)) END AS sold_at_tag,
        sum(revenue) AS revenue, sum(refund_value) AS refund_value, sum(received_units) AS received_units,
        sum(closing_units) AS closing_units, sum(damaged_units) AS damaged_units,
        count(*) AS skus, CASE WHEN count(closing_units) > 0 THEN count(*) FILTER (WHERE closing_units > 0) END AS skus_in_stock,
        CAST(sum(days_in_stock) AS DOUBLE) / nullif(sum(days_on_sale), 0) AS in_stock_share
    FROM sku_week w JOIN tagged g ON g.sku = w.sku GROUP BY item, week
)
SELECT t.*, coalesce(CAST(t.paid_value AS DOUBLE) / nullif(t.sold_units, 0), p.list_price) AS price,
    p.list_price, p.list_prices, x.exposures, x.clicks, x.live_minutes, x.ad_spend
FROM total t
LEFT JOIN item_price p ON p.item = t.item AND p.week = t.week
LEFT JOIN item_traffic x ON x.item = t.item AND x.week = t.week;

CREATE OR REPLACE TABLE experiment AS
SELECT experiment, item, arm, coalesce(cluster, item) AS cluster, coalesce(decision_date, valid_from) AS decision_date,
    coalesce(window_end, valid_to - 1, r.as_of) AS window_end, price AS arm_price
FROM prices CROSS JOIN run r WHERE experiment IS NOT NULL AND coalesce(decision_date, valid_from) <= r.as_of;

CREATE OR REPLACE TABLE item_day AS
WITH tested AS (
    SELECT item, min(decision_date) - 42 AS from_day, max(window_end) + 28 AS to_day FROM experiment GROUP BY item
),
sold AS (
    SELECT s.item, l.day, sum(l.units) AS sold_units, sum(l.customer_paid) AS paid_value, sum(l.revenue) AS revenue
    FROM lines l JOIN sku s ON s.sku = l.sku JOIN tested t ON t.item = s.item WHERE l.retail AND l.kind = 'sale' GROUP BY 1, 2
)
SELECT t.item, d.day, coalesce(s.sold_units, 0) AS sold_units, coalesce(s.paid_value, 0) AS paid_value,
    coalesce(s.revenue, 0) AS revenue, p.price AS list_price, p.experiment, p.arm
FROM tested t JOIN days d ON d.day BETWEEN t.from_day AND t.to_day
LEFT JOIN sold s ON s.item = t.item AND s.day = d.day
LEFT JOIN price_span p ON p.item = t.item AND d.day >= p.from_day AND d.day < p.until
WHERE (SELECT has_orders FROM run);
