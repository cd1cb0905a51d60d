-- FIFO layers on as_of: what is on hand came with the newest receipts. Units beyond all receipts have no known age.
CREATE OR REPLACE TABLE receipt AS
SELECT sku, CAST(received_at AS DATE) AS received_on, sum(coalesce(units_received, units_ordered)) AS units
FROM purchases CROSS JOIN run WHERE received_at < as_of + INTERVAL 1 DAY GROUP BY 1, 2;

CREATE OR REPLACE TABLE layer AS
WITH newest_first AS (
    SELECT r.sku, r.received_on, r.units, greatest(0, n.on_hand + n.damaged) AS held,
        sum(r.units) OVER (PARTITION BY r.sku ORDER BY r.received_on DESC ROWS UNBOUNDED PRECEDING) AS covered
    FROM receipt r JOIN sku_now n ON n.sku = r.sku
)
SELECT sku, received_on, date_diff('day', received_on, as_of) AS age_days, least(units, held - (covered - units)) AS units
FROM newest_first CROSS JOIN run WHERE held > covered - units AND units > 0
UNION ALL
SELECT n.sku, NULL, NULL, greatest(0, n.on_hand + n.damaged) - coalesce(r.units, 0)
FROM sku_now n LEFT JOIN (SELECT sku, sum(units) AS units FROM receipt GROUP BY sku) r ON r.sku = n.sku
WHERE greatest(0, n.on_hand + n.damaged) > coalesce(r.units, 0);
