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
JOIN (
    SELECT sku, max(stock_basis) AS stock_basis, max(CASE WHEN until > as_of THEN good END) AS good_now, max(CASE WHEN until > as_of THEN damaged END) AS damaged_now,
        max(CASE WHEN good > 0 THEN until - 1 END) AS last_stock_day, max(CASE WHEN received > 0 THEN day END) AS last_receipt
    FROM balance CROSS JOIN run GROUP BY sku
) b ON b.sku = s.sku
LEFT JOIN (SELECT sku, min(first_day) AS first_day, max(last_day) AS last_day FROM sku_week_sales GROUP BY sku) l ON l.sku = s.sku;

-- A week without a change holds what the last change left.
CREATE OR REPLACE TABLE sku_week AS
WITH held AS (
    SELECT k.sku, w.week, w.complete, k.closing_units, k.damaged_units, k.for_sale,
        CASE WHEN w.week = k.week THEN k.received_units ELSE 0 END AS received_units, CASE WHEN w.week = k.week THEN k.shipped_units ELSE 0 END AS shipped_units,
        CASE WHEN w.week = k.week THEN k.restocked_units ELSE 0 END AS restocked_units, CASE WHEN w.week = k.week THEN k.moved_units ELSE 0 END AS moved_units,
        CASE WHEN w.week = k.week THEN k.days_in_stock WHEN k.for_sale THEN date_diff('day', w.week, least(w.week + 7, r.as_of + 1)) ELSE 0 END AS days_in_stock
    FROM sku_week_stock k CROSS JOIN run r JOIN weeks w ON w.week >= k.week AND w.week < k.until
)
SELECT h.sku, f.item, h.week, h.complete, date_diff('week', CAST(date_trunc('week', f.start_day) AS DATE), h.week) AS age_week,
    coalesce(s.sold_units, 0) AS sold_units, coalesce(s.cancelled_units, 0) AS cancelled_units,
    coalesce(s.returned_units, 0) AS returned_units, coalesce(u.undone_units, 0) AS undone_units,
    coalesce(s.gift_units, 0) AS gift_units, coalesce(s.paid_value, 0) AS paid_value,
    coalesce(s.revenue, 0) AS revenue, coalesce(s.refund_value, 0) AS refund_value,
    h.received_units, h.shipped_units, h.restocked_units, h.moved_units, h.closing_units, h.damaged_units, f.stock_basis,
    greatest(0, date_diff('day', greatest(h.week, f.start_day), least(h.week + 7, r.as_of + 1, f.end_day + 1))) AS days_on_sale,
    CASE WHEN f.stock_basis <> 'unknown'
        THEN least(h.days_in_stock, greatest(0, date_diff('day', greatest(h.week, f.start_day), least(h.week + 7, r.as_of + 1, f.end_day + 1)))) END AS days_in_stock
FROM held h CROSS JOIN run r
JOIN life f ON f.sku = h.sku AND h.week + 6 >= f.start_day AND h.week <= f.end_day
LEFT JOIN sku_week_sales s ON s.sku = h.sku AND s.week = h.week
LEFT JOIN sku_week_undone u ON u.sku = h.sku AND u.week = h.week;
