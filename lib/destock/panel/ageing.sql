-- FIFO layers of all that is held on as_of, good and damaged: it came with the newest receipts. What comes back (a return, a unit
-- found in a count) is the newest of what had left and keeps its day, so that layers depend on the units held and the receipts alone.
CREATE OR REPLACE TABLE layer AS
WITH held AS (
    SELECT sku, greatest(0, on_hand) + greatest(0, damaged) AS units FROM sku_now WHERE on_hand IS NOT NULL
),
arrived AS (
    SELECT sku, CAST(received_at AS DATE) AS received_on, sum(coalesce(units_received, units_ordered)) AS units
    FROM purchases CROSS JOIN run WHERE received_at < as_of + INTERVAL 1 DAY GROUP BY 1, 2 HAVING units > 0
    -- what no receipt explains was there before the records: its age is unknown
    UNION ALL SELECT sku, NULL, units FROM held
),
newest_first AS (
    SELECT a.*, h.units AS held, coalesce(sum(a.units) OVER newer, 0) AS covered FROM arrived a JOIN held h ON h.sku = a.sku
    WINDOW newer AS (PARTITION BY a.sku ORDER BY a.received_on DESC NULLS LAST ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
)
SELECT sku, received_on, date_diff('day', received_on, as_of) AS age_days, least(units, held - covered) AS units
FROM newest_first CROSS JOIN run WHERE held > covered;
