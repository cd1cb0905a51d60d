-- SKU × week from launch to the end of its stock, weeks without a sale included. Sold = to consumers; wholesale only moves stock.
CREATE OR REPLACE TABLE sku_week_sales AS
SELECT sku, week,
    CAST(sum(CASE WHEN retail AND kind = 'sale' THEN units ELSE 0 END) AS DECIMAL(18,3)) AS sold_units,
    CAST(sum(CASE WHEN retail AND kind = 'cancel' THEN units ELSE 0 END) AS DECIMAL(18,3)) AS cancelled_units,
    CAST(sum(CASE WHEN retail AND kind = 'return' THEN units ELSE 0 END) AS DECIMAL(18,3)) AS returned_units,
    CAST(sum(CASE WHEN NOT goods AND kind = 'sale' THEN units ELSE 0 END) AS DECIMAL(18,3)) AS gift_units,
    CAST(sum(CASE WHEN retail AND kind = 'sale' THEN customer_paid ELSE 0 END) AS DECIMAL(18,4)) AS paid_value,
    CAST(sum(CASE WHEN retail AND kind = 'sale' THEN revenue ELSE 0 END) AS DECIMAL(18,4)) AS revenue,
    CAST(sum(CASE WHEN coalesce(basis, 'retail') = 'retail' AND kind IN ('cancel', 'return', 'refund_only') THEN coalesce(refund_value, revenue) ELSE 0 END) AS DECIMAL(18,4)) AS refund_value,
    min(day) AS first_day, max(day) AS last_day
FROM lines GROUP BY sku, week;

-- The same cancellations and returns, dated back to the week of their sale.
CREATE OR REPLACE TABLE sku_week_undone AS
SELECT sku, CAST(date_trunc('week', coalesce(original_ordered_at, ordered_at)) AS DATE) AS week, CAST(sum(units) AS DECIMAL(18,3)) AS undone_units
FROM lines WHERE retail AND kind IN ('cancel', 'return') GROUP BY 1, 2;

CREATE OR REPLACE TABLE return_lag AS
SELECT s.category, greatest(0, date_diff('week', CAST(date_trunc('week', coalesce(original_ordered_at, ordered_at)) AS DATE), l.week)) AS lag_weeks, sum(units) AS units
FROM lines l JOIN sku s ON s.sku = l.sku
WHERE retail AND kind IN ('cancel', 'return') GROUP BY 1, 2;

CREATE OR REPLACE TABLE life AS
SELECT s.sku, s.item, b.stock_basis, greatest(least(s.launch_date, coalesce(s.first_receipt, s.launch_date), l.first_day), r.first_day) AS start_day,
    CASE WHEN b.good_now > 0 OR b.damaged_now > 0 THEN r.as_of
         WHEN b.stock_basis = 'unknown' THEN greatest(least(r.as_of, coalesce(s.exit_date, r.as_of)), l.last_day)
         ELSE greatest(b.last_stock_day, b.last_receipt, l.last_day) END AS end_day
FROM sku s CROSS JOIN run r
LEFT JOIN (
    SELECT sku, max_by(good, day) AS good_now, max_by(damaged, day) AS damaged_now, max(stock_basis) AS stock_basis,
        max(CASE WHEN good > 0 THEN until - 1 END) AS last_stock_day, max(CASE WHEN received > 0 THEN day END) AS last_receipt
    FROM (SELECT b.*, coalesce(lead(day) OVER (PARTITION BY sku ORDER BY day), r.as_of + 1) AS until FROM balance b CROSS JOIN run r)
    GROUP BY sku
) b ON b.sku = s.sku
LEFT JOIN (SELECT sku, min(first_day) AS first_day, max(last_day) AS last_day FROM sku_week_sales GROUP BY sku) l ON l.sku = s.sku;

-- A week without a change holds what the last change left.
CREATE OR REPLACE TABLE sku_week AS
WITH alive AS (
    SELECT f.sku, f.item, f.start_day, f.end_day, f.stock_basis, w.week, w.complete,
        date_diff('week', CAST(date_trunc('week', f.start_day) AS DATE), w.week) AS age_week,
        greatest(0, date_diff('day', greatest(w.week, f.start_day), least(w.week + 7, r.as_of + 1, f.end_day + 1))) AS days_on_sale,
        date_diff('day', greatest(w.week, r.first_day), least(w.week + 7, r.as_of + 1)) AS days
    FROM life f CROSS JOIN run r JOIN weeks w ON w.week_end >= f.start_day AND w.week <= f.end_day
),
held AS (
    SELECT a.*, k.received_units, k.shipped_units, k.restocked_units, k.moved_units, k.days_in_stock AS days_counted,
        last_value(k.closing_units IGNORE NULLS) OVER sofar AS closing_units, last_value(k.damaged_units IGNORE NULLS) OVER sofar AS damaged_units,
        last_value(k.for_sale IGNORE NULLS) OVER sofar AS for_sale
    FROM alive a FULL JOIN sku_week_stock k ON k.sku = a.sku AND k.week = a.week
    WINDOW sofar AS (PARTITION BY coalesce(a.sku, k.sku) ORDER BY coalesce(a.week, k.week) ROWS UNBOUNDED PRECEDING)
)
SELECT h.sku, h.item, h.week, h.complete, h.age_week,
    coalesce(s.sold_units, 0) AS sold_units, coalesce(s.cancelled_units, 0) AS cancelled_units,
    coalesce(s.returned_units, 0) AS returned_units, coalesce(u.undone_units, 0) AS undone_units,
    coalesce(s.gift_units, 0) AS gift_units, coalesce(s.paid_value, 0) AS paid_value,
    coalesce(s.revenue, 0) AS revenue, coalesce(s.refund_value, 0) AS refund_value,
    coalesce(h.received_units, 0) AS received_units, coalesce(h.shipped_units, 0) AS shipped_units,
    coalesce(h.restocked_units, 0) AS restocked_units, coalesce(h.moved_units, 0) AS moved_units,
    h.closing_units, h.damaged_units, h.stock_basis, h.days_on_sale,
    CASE WHEN h.stock_basis <> 'unknown' THEN least(coalesce(h.days_counted, CASE WHEN h.for_sale THEN h.days ELSE 0 END), h.days_on_sale) END AS days_in_stock
FROM held h
LEFT JOIN sku_week_sales s ON s.sku = h.sku AND s.week = h.week
LEFT JOIN sku_week_undone u ON u.sku = h.sku AND u.week = h.week
WHERE h.sku IS NOT NULL;
