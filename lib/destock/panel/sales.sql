-- Every order line up to as_of, with its day, its week and what it is.
CREATE OR REPLACE VIEW lines AS
SELECT l.*,
    CAST(l.ordered_at AS DATE) AS day,
    CAST(date_trunc('week', l.ordered_at) AS DATE) AS week,
    coalesce(l.line_type, 'goods') IN ('goods', 'bundle part') AS goods,
    coalesce(l.line_type, 'goods') IN ('goods', 'bundle part') AND coalesce(l.basis, 'retail') = 'retail' AS retail,
    coalesce(l.merchant_revenue, l.customer_paid) AS revenue,
    CASE WHEN l.shipped_at < r.as_of + INTERVAL 1 DAY THEN CAST(l.shipped_at AS DATE) END AS shipped_day
FROM paid_line l CROSS JOIN run r
WHERE l.ordered_at < r.as_of + INTERVAL 1 DAY;

-- Gifts are few: looking for them alone costs less memory than room for them in every week of every SKU. Not goods, said of the
-- column itself: where a file's own statistics show no gift, no line is read.
CREATE OR REPLACE TABLE gift_week AS
SELECT sku, week, CAST(sum(units) AS DECIMAL(18,3)) AS gift_units
FROM lines WHERE line_type <> 'goods' AND line_type <> 'bundle part' AND kind = 'sale' GROUP BY sku, week;

-- Order lines → SKU × week, in one pass. Sold = to consumers; wholesale only moves stock. An exchange undoes the sale of the piece that comes
-- back, and what is sent for it takes that undoing back, of whichever size it is: no sale at a price, so that neither is demand.
CREATE OR REPLACE TABLE sku_week_sales AS
SELECT s.*, coalesce(g.gift_units, 0) AS gift_units
FROM (
    SELECT sku, week,
        CAST(sum(CASE WHEN retail AND kind = 'sale' THEN units ELSE 0 END) AS DECIMAL(18,3)) AS sold_units,
        CAST(sum(CASE WHEN retail AND kind = 'cancel' THEN units ELSE 0 END) AS DECIMAL(18,3)) AS cancelled_units,
        CAST(sum(CASE WHEN NOT retail THEN 0 WHEN kind IN ('return', 'exchange') THEN units WHEN kind = 'reship' THEN -units ELSE 0 END) AS DECIMAL(18,3)) AS returned_units,
        CAST(sum(CASE WHEN retail AND kind = 'sale' THEN customer_paid ELSE 0 END) AS DECIMAL(18,4)) AS paid_value,
        CAST(sum(CASE WHEN retail AND kind IN ('sale', 'reship') THEN revenue ELSE 0 END) AS DECIMAL(18,4)) AS revenue,
        CAST(sum(CASE WHEN coalesce(basis, 'retail') <> 'retail' THEN 0 WHEN kind IN ('cancel', 'return', 'refund_only') THEN coalesce(refund_value, revenue)
            WHEN kind = 'exchange' THEN coalesce(refund_value, 0) ELSE 0 END) AS DECIMAL(18,4)) AS refund_value,
        min(day) AS first_day, max(day) AS last_day, min(CASE WHEN kind = 'sale' THEN day END) AS first_sale
    FROM lines GROUP BY sku, week
) s LEFT JOIN gift_week g ON g.sku = s.sku AND g.week = s.week;

CREATE OR REPLACE TABLE order_days AS
SELECT sku, min(first_day) AS first_day, max(last_day) AS last_day, min(first_sale) AS first_sale FROM sku_week_sales GROUP BY sku;

-- Cancelled, returned and exchanged in another week than that of the sale: out of the week when it happened, into the week when it was sold.
-- That an earlier sale is named, is asked on its own: where a file names none, no line is read.
CREATE OR REPLACE TABLE dated_back AS
WITH late AS (
    SELECT sku, week, CAST(date_trunc('week', original_ordered_at) AS DATE) AS sale_week, CASE WHEN kind = 'reship' THEN -units ELSE units END AS units
    FROM lines WHERE retail AND kind IN ('cancel', 'return', 'exchange', 'reship') AND original_ordered_at IS NOT NULL
        AND CAST(date_trunc('week', original_ordered_at) AS DATE) <> week
)
SELECT sku, week, CAST(sum(units) AS DECIMAL(18,3)) AS units
FROM (SELECT sku, week, -units AS units FROM late UNION ALL SELECT sku, sale_week, units FROM late)
GROUP BY sku, week;
