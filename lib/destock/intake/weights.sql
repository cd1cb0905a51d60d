CREATE OR REPLACE TEMP TABLE sold AS
SELECT sku, sum(customer_paid) FILTER (kind = 'sale') AS money,
    sum(CASE WHEN kind = 'sale' THEN units WHEN kind IN ('cancel', 'return') THEN -units END)
        AS units
FROM order_lines GROUP BY sku;

-- What each SKU holds, and which table's rejected count says so.
CREATE OR REPLACE TEMP TABLE held AS
WITH counts AS (
    SELECT sku, arg_max(on_hand, counted_at) AS units, max(counted_at) AS day
    FROM stock GROUP BY sku, location, condition
    UNION ALL SELECT sku, arg_max(on_hand, as_of), max(as_of) FROM snapshot GROUP BY sku
),
counted AS (SELECT sku, sum(units) AS units, max(day) AS day FROM counts GROUP BY sku),
received AS (
    SELECT sku, sum(units_received) AS units
    FROM purchases WHERE received_at IS NOT NULL GROUP BY sku
),
books AS (
    SELECT sku, r.units - coalesce(s.units, 0) AS units
    FROM received r LEFT JOIN sold s USING (sku)
),
rejected AS (
    SELECT 'stock' AS name, sku, counted_at AS day, on_hand AS units FROM rejected_stock
    UNION ALL SELECT 'snapshot', sku, as_of, on_hand FROM rejected_snapshot
),
-- a count of a later day stands in the place of those before it; one of the same day is of another
-- place
missing AS (
    SELECT sku, r.name, r.day IS NULL OR r.day > c.day AS later,
        coalesce(r.units, b.units, CASE WHEN r.day IS NULL OR r.day > c.day THEN c.units END)
            AS units
    FROM rejected r LEFT JOIN books b USING (sku) LEFT JOIN counted c USING (sku)
    WHERE c.day IS NULL OR r.day IS NULL OR r.day >= c.day
)
SELECT sku, units, '' AS missing
FROM counted ANTI JOIN (SELECT sku FROM missing WHERE later) USING (sku)
UNION ALL SELECT sku, units, name FROM missing
UNION ALL SELECT sku, units, '' FROM books
WHERE (SELECT count(*) FROM counted) + (SELECT count(*) FROM missing) = 0;

-- The same at cost; a cost that is not known is taken as the mean of those that are.
CREATE OR REPLACE TEMP TABLE worth AS
WITH known AS (
    SELECT sku, unit_cost FROM products
    UNION ALL SELECT sku, unit_cost FROM rejected_products
    UNION ALL SELECT sku, unit_cost FROM purchases
    WHERE sku NOT IN (SELECT sku FROM products WHERE unit_cost IS NOT NULL)
),
cost AS (SELECT sku, max(unit_cost) AS unit_cost FROM known GROUP BY sku)
SELECT h.missing, p.sku IS NOT NULL AS rejected, greatest(h.units, 0) AS units,
    -- a sum of decimals does not depend on the order of its terms
    CAST(greatest(h.units, 0) * coalesce(c.unit_cost, avg(c.unit_cost) OVER ()) AS DECIMAL(38, 4))
        AS value
FROM held h LEFT JOIN rejected_product p USING (sku) LEFT JOIN cost c USING (sku);

-- Of each table: which part of which whole hangs on its rejected rows.
CREATE OR REPLACE TEMP TABLE weight AS
SELECT 'products' AS name, 'units in stock' AS measure,
    CAST(sum(units) FILTER (rejected) AS DOUBLE) AS part, CAST(sum(units) AS DOUBLE) AS whole
FROM worth
UNION ALL SELECT 'products', 'stock at cost', sum(value) FILTER (rejected), sum(value) FROM worth
UNION ALL SELECT 'products', 'money sold', sum(money) FILTER (p.sku IS NOT NULL), sum(money)
FROM sold LEFT JOIN rejected_product p USING (sku)
UNION ALL SELECT t.name, 'units in stock', sum(units) FILTER (missing = t.name), sum(units)
FROM worth CROSS JOIN (VALUES ('stock'), ('snapshot')) t(name) GROUP BY t.name
UNION ALL SELECT t.name, 'stock at cost', sum(value) FILTER (missing = t.name), sum(value)
FROM worth CROSS JOIN (VALUES ('stock'), ('snapshot')) t(name) GROUP BY t.name;
