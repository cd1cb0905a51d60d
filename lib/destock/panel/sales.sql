-- Order lines → SKU × week, in one pass. Sold = to consumers; wholesale only moves stock.
CREATE OR REPLACE TABLE sku_week_sales AS
SELECT sku, week,
    CAST(sum(CASE WHEN retail AND kind = 'sale' THEN units ELSE 0 END) AS DECIMAL(18,3)) AS sold_units,
    CAST(sum(CASE WHEN retail AND kind = 'cancel' THEN units ELSE 0 END) AS DECIMAL(18,3)) AS cancelled_units,
    CAST(sum(CASE WHEN retail AND kind = 'return' THEN units ELSE 0 END) AS DECIMAL(18,3)) AS returned_units,
    CAST(sum(CASE WHEN NOT goods AND kind = 'sale' THEN units ELSE 0 END) AS DECIMAL(18,3)) AS gift_units,
    CAST(sum(CASE WHEN retail AND kind = 'sale' THEN customer_paid ELSE 0 END) AS DECIMAL(18,4)) AS paid_value,
    CAST(sum(CASE WHEN retail AND kind = 'sale' THEN revenue ELSE 0 END) AS DECIMAL(18,4)) AS revenue,
    CAST(sum(CASE WHEN coalesce(basis, 'retail') = 'retail' AND kind IN ('cancel', 'return', 'refund_only') THEN coalesce(refund_value, revenue) ELSE 0 END) AS DECIMAL(18,4)) AS refund_value
FROM lines GROUP BY sku, week;

-- Cancelled and returned in another week than that of the sale: out of the week when it happened, into the week when it was sold.
CREATE OR REPLACE TABLE dated_back AS
WITH late AS (
    SELECT sku, week, CAST(date_trunc('week', original_ordered_at) AS DATE) AS sale_week, units
    FROM lines WHERE retail AND kind IN ('cancel', 'return') AND original_ordered_at IS NOT NULL
)
SELECT sku, week, CAST(sum(units) AS DECIMAL(18,3)) AS units
FROM (SELECT sku, week, -units AS units FROM late WHERE sale_week <> week UNION ALL SELECT sku, sale_week, units FROM late WHERE sale_week <> week)
GROUP BY sku, week;
