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

-- The same cancellations and returns, dated back to the week of their sale.
CREATE OR REPLACE TABLE sku_week_undone AS
SELECT sku, CAST(date_trunc('week', coalesce(original_ordered_at, ordered_at)) AS DATE) AS week, CAST(sum(units) AS DECIMAL(18,3)) AS undone_units
FROM lines WHERE retail AND kind IN ('cancel', 'return') GROUP BY 1, 2;
