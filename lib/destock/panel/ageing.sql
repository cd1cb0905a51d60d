-- Receipts, each at what it cost: the line's own cost, else the product's.
CREATE OR REPLACE TABLE receipt AS
SELECT p.sku, CAST(p.received_at AS DATE) AS received_on, coalesce(p.unit_cost, s.unit_cost) AS unit_cost,
    CAST(sum(coalesce(p.units_received, p.units_ordered)) AS DECIMAL(18,3)) AS units
FROM purchases p JOIN sku s ON s.sku = p.sku CROSS JOIN run
WHERE p.received_at < as_of + INTERVAL 1 DAY GROUP BY 1, 2, 3 HAVING units > 0;

-- FIFO layers of all that is held on as_of, good and damaged: it came with the newest receipts, and the good of it with the newest of
-- those. What comes back (a return, a unit found in a count) is the newest of what had left and keeps its day, so that layers depend on
-- the units held and the receipts alone.
CREATE OR REPLACE TABLE layer AS
WITH held AS (
    SELECT b.sku, greatest(0, b.good) AS good, greatest(0, b.good) + greatest(0, b.damaged) AS units
    FROM balance b CROSS JOIN run WHERE b.until > as_of AND b.good IS NOT NULL
),
arrived AS (
    SELECT sku, received_on, unit_cost, units FROM receipt
    -- what no receipt explains was there before the records: its age is unknown, its cost the product's
    UNION ALL SELECT h.sku, NULL, s.unit_cost, h.units FROM held h JOIN sku s ON s.sku = h.sku
),
newest_first AS (
    SELECT a.*, h.units AS held, h.good, coalesce(sum(a.units) OVER newer, 0) AS covered FROM arrived a JOIN held h ON h.sku = a.sku
    WINDOW newer AS (PARTITION BY a.sku ORDER BY a.received_on DESC NULLS LAST, a.unit_cost DESC NULLS LAST ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
)
SELECT sku, received_on, date_diff('day', received_on, as_of) AS age_days, unit_cost,
    CAST(least(units, held - covered) AS DECIMAL(18,3)) AS units,
    CAST(greatest(0, least(units, good - covered)) AS DECIMAL(18,3)) AS good_units
FROM newest_first CROSS JOIN run WHERE held > covered;

-- What a SKU's stock cost, good and damaged; unknown where a unit's cost is.
CREATE OR REPLACE TABLE held_cost AS
SELECT sku, CASE WHEN good_unknown = 0 THEN good_cost END AS on_hand_cost, CASE WHEN damaged_unknown = 0 THEN damaged_cost END AS damaged_cost
FROM (
    SELECT sku, sum(good_units * coalesce(unit_cost, 0)) AS good_cost, sum((units - good_units) * coalesce(unit_cost, 0)) AS damaged_cost,
        sum(CASE WHEN unit_cost IS NULL THEN good_units ELSE 0 END) AS good_unknown,
        sum(CASE WHEN unit_cost IS NULL THEN units - good_units ELSE 0 END) AS damaged_unknown
    FROM layer GROUP BY sku
);
