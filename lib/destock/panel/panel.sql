-- SKU × week from launch to the end of its stock, weeks without a sale included; none where nobody knows what was sold. Sold = to consumers; wholesale only moves stock.
CREATE OR REPLACE TABLE sku_week_sales AS
SELECT sku, week,
    sum(CASE WHEN retail AND kind = 'sale' THEN units ELSE 0 END) AS sold_units,
    sum(CASE WHEN retail AND kind = 'cancel' THEN units ELSE 0 END) AS cancelled_units,
    sum(CASE WHEN retail AND kind = 'return' THEN units ELSE 0 END) AS returned_units,
    sum(CASE WHEN NOT goods AND kind = 'sale' THEN units ELSE 0 END) AS gift_units,
    sum(CASE WHEN retail AND kind = 'sale' THEN customer_paid ELSE 0 END) AS paid_value,
    sum(CASE WHEN retail AND kind = 'sale' THEN revenue ELSE 0 END) AS revenue,
    sum(CASE WHEN coalesce(basis, 'retail') = 'retail' AND kind IN ('cancel', 'return', 'refund_only') THEN coalesce(refund_value, revenue) ELSE 0 END) AS refund_value,
    min(day) AS first_day, max(day) AS last_day
FROM lines GROUP BY sku, week;

-- The same cancellations and returns, dated back to the week of their sale.
CREATE OR REPLACE TABLE sku_week_undone AS
SELECT sku, CAST(date_trunc('week', coalesce(original_ordered_at, ordered_at)) AS DATE) AS week, sum(units) AS undone_units
FROM lines WHERE retail AND kind IN ('cancel', 'return') GROUP BY 1, 2;

CREATE OR REPLACE TABLE return_lag AS
SELECT s.category, greatest(0, date_diff('week', CAST(date_trunc('week', coalesce(original_ordered_at, ordered_at)) AS DATE), l.week)) AS lag_weeks, sum(units) AS units
FROM lines l JOIN sku s ON s.sku = l.sku
WHERE retail AND kind IN ('cancel', 'return') GROUP BY 1, 2;

CREATE OR REPLACE TABLE life AS
SELECT s.sku, s.item, greatest(least(s.launch_date, coalesce(s.first_receipt, s.launch_date), l.first_day), r.first_day) AS start_day,
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

CREATE OR REPLACE TABLE sku_week AS
SELECT f.sku, f.item, w.week, w.complete,
    date_diff('week', CAST(date_trunc('week', f.start_day) AS DATE), w.week) AS age_week,
    coalesce(s.sold_units, 0) AS sold_units, coalesce(s.cancelled_units, 0) AS cancelled_units,
    coalesce(s.returned_units, 0) AS returned_units, coalesce(u.undone_units, 0) AS undone_units,
    coalesce(s.gift_units, 0) AS gift_units, coalesce(s.paid_value, 0) AS paid_value,
    coalesce(s.revenue, 0) AS revenue, coalesce(s.refund_value, 0) AS refund_value,
    coalesce(k.received_units, 0) AS received_units, coalesce(k.shipped_units, 0) AS shipped_units,
    coalesce(k.restocked_units, 0) AS restocked_units, coalesce(k.moved_units, 0) AS moved_units,
    k.closing_units, k.damaged_units, coalesce(k.stock_basis, 'unknown') AS stock_basis,
    greatest(0, date_diff('day', greatest(w.week, f.start_day), least(w.week + 7, r.as_of + 1, f.end_day + 1))) AS days_on_sale,
    CASE WHEN k.stock_basis <> 'unknown' THEN least(k.days_in_stock, days_on_sale) END AS days_in_stock
FROM life f CROSS JOIN run r
JOIN weeks w ON w.week_end >= f.start_day AND w.week <= f.end_day
LEFT JOIN sku_week_sales s ON s.sku = f.sku AND s.week = w.week
LEFT JOIN sku_week_undone u ON u.sku = f.sku AND u.week = w.week
LEFT JOIN sku_week_stock k ON k.sku = f.sku AND k.week = w.week
WHERE r.has_orders;
