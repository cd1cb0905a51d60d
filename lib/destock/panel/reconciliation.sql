-- Does the stock add up? Only where what left it is known. opening + received − shipped + returned ± movements + counted differences = closing.
CREATE OR REPLACE TABLE count_break AS
SELECT sku, day AS counted_on, expected, found, found - expected AS difference
FROM (
    SELECT sku, day, counted, good + damaged AS found,
        coalesce(lag(good + damaged) OVER (PARTITION BY sku ORDER BY day), CASE WHEN begins_with_receipt THEN 0 END)
            + received - shipped + restocked + moved + damaged_in + damaged_moved AS expected
    FROM balance
) CROSS JOIN run WHERE counted > 0 AND expected IS NOT NULL AND found <> expected AND has_orders;

CREATE OR REPLACE TABLE reconciliation AS
SELECT s.sku, s.item, b.stock_basis,
    b.closing - b.received + b.shipped - b.restocked - b.moved - coalesce(d.difference, 0) AS opening,
    b.received, b.shipped, b.restocked, b.moved, coalesce(d.difference, 0) AS counted_difference, b.closing
FROM sku s
JOIN (
    SELECT sku, max(stock_basis) AS stock_basis, sum(received) AS received, sum(shipped) AS shipped,
        sum(restocked + damaged_in) AS restocked, sum(moved + damaged_moved) AS moved, max_by(good + damaged, day) AS closing
    FROM balance GROUP BY sku
) b ON b.sku = s.sku
LEFT JOIN (SELECT sku, sum(difference) AS difference FROM count_break GROUP BY sku) d ON d.sku = s.sku
WHERE b.closing IS NOT NULL AND (SELECT has_orders FROM run);

-- Units that left the stock without a sale, by kind; what a count found missing is a loss that nobody wrote down. Found again is negative.
CREATE OR REPLACE TABLE loss_week AS
SELECT CAST(date_trunc('week', l.day) AS DATE) AS week, s.item, l.kind, sum(l.units) AS units, sum(l.units * s.unit_cost) AS cost
FROM (
    SELECT sku, CAST(moved_at AS DATE) AS day, kind, -units AS units FROM movements CROSS JOIN run
    WHERE kind IN ('shrink', 'write-off', 'donation') AND moved_at < as_of + INTERVAL 1 DAY
    UNION ALL SELECT sku, counted_on, 'counted difference', -difference FROM count_break
) l JOIN sku s ON s.sku = l.sku
GROUP BY 1, 2, 3;

-- From paid to settled, as the shop's own system shows it.
CREATE OR REPLACE TABLE control_total AS
WITH money AS (
    SELECT sum(CASE WHEN kind IN ('sale', 'reship') THEN customer_paid END) AS paid,
        sum(CASE WHEN kind = 'cancel' THEN coalesce(refund_value, customer_paid) END) AS cancelled,
        sum(CASE WHEN kind = 'exchange' THEN coalesce(refund_value, 0)
            WHEN kind IN ('return', 'refund_only') THEN coalesce(refund_value, customer_paid) END) AS refunded
    FROM placed_line WHERE goods AND NOT elsewhere
),
known AS (SELECT min(day) AS first_day, max(day) AS last_day, count(*) AS lines FROM lines)
SELECT m.paid, m.cancelled, m.refunded,
    (SELECT sum(amount) FROM charges CROSS JOIN run WHERE date <= as_of) AS charges,
    (SELECT sum(on_hand + damaged) FROM sku_now) AS units_on_hand,
    (SELECT sum(units * unit_cost) FROM layer) AS stock_at_cost,
    k.first_day,
    coalesce(k.last_day, (SELECT max(counted_at) FROM newest_snapshot)) AS last_day,
    k.lines
FROM money m CROSS JOIN known k;
