-- SKU × week from launch to the end of its stock, weeks without a sale included; none where nobody knows what was sold.
CREATE OR REPLACE TABLE return_lag AS
SELECT s.category, greatest(0, date_diff('week', CAST(date_trunc('week', coalesce(original_ordered_at, ordered_at)) AS DATE), l.week)) AS lag_weeks, sum(units) AS units
FROM lines l JOIN sku s ON s.sku = l.sku
WHERE retail AND kind IN ('cancel', 'return') GROUP BY 1, 2;

CREATE OR REPLACE TABLE life AS
SELECT *, CAST(date_trunc('week', start_day) AS DATE) AS start_week FROM (
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
LEFT JOIN order_days l ON l.sku = s.sku
);

-- A week without a change holds what the last change left.
CREATE OR REPLACE TABLE sku_week AS
WITH change AS (
    SELECT f.*, k.week AS changed, k.received_units, k.shipped_units, k.restocked_units, k.moved_units,
        k.closing_units, k.damaged_units, k.days_in_stock, k.for_sale,
        s.sold_units, s.cancelled_units, s.returned_units, u.units AS dated_back_units, s.gift_units, s.paid_value, s.revenue, s.refund_value,
        greatest(k.week, f.start_week) AS from_week, least(k.until - 1, f.end_day) AS to_day
    FROM life f
    JOIN sku_week_stock k ON k.sku = f.sku
    LEFT JOIN sku_week_sales s ON s.sku = k.sku AND s.week = k.week
    LEFT JOIN dated_back u ON u.sku = k.sku AND u.week = k.week
),
held AS (
    SELECT *, CAST(monday AS DATE) AS week
    FROM (SELECT *, unnest(generate_series(from_week, to_day, INTERVAL 7 DAY)) AS monday FROM change WHERE from_week <= to_day)
)
SELECT sku, item, week, week + 6 <= as_of AS complete, date_diff('week', start_week, week) AS age_week,
    CASE WHEN week = changed THEN coalesce(sold_units, 0) ELSE 0 END AS sold_units,
    CASE WHEN week = changed THEN coalesce(cancelled_units, 0) ELSE 0 END AS cancelled_units,
    CASE WHEN week = changed THEN coalesce(returned_units, 0) ELSE 0 END AS returned_units,
    CASE WHEN week = changed THEN coalesce(cancelled_units, 0) + coalesce(returned_units, 0) + coalesce(dated_back_units, 0) ELSE 0 END AS undone_units,
    CASE WHEN week = changed THEN coalesce(gift_units, 0) ELSE 0 END AS gift_units,
    CASE WHEN week = changed THEN coalesce(paid_value, 0) ELSE 0 END AS paid_value,
    CASE WHEN week = changed THEN coalesce(revenue, 0) ELSE 0 END AS revenue,
    CASE WHEN week = changed THEN coalesce(refund_value, 0) ELSE 0 END AS refund_value,
    CASE WHEN week = changed THEN coalesce(received_units, 0) ELSE 0 END AS received_units,
    CASE WHEN week = changed THEN coalesce(shipped_units, 0) ELSE 0 END AS shipped_units,
    CASE WHEN week = changed THEN coalesce(restocked_units, 0) ELSE 0 END AS restocked_units,
    CASE WHEN week = changed THEN coalesce(moved_units, 0) ELSE 0 END AS moved_units,
    closing_units, damaged_units, stock_basis,
    greatest(0, date_diff('day', greatest(week, start_day), least(week + 7, as_of + 1, end_day + 1))) AS days_on_sale,
    CASE WHEN stock_basis <> 'unknown' THEN CAST(least(
        CASE WHEN week = changed THEN days_in_stock WHEN for_sale THEN date_diff('day', week, least(week + 7, as_of + 1)) ELSE 0 END,
        greatest(0, date_diff('day', greatest(week, start_day), least(week + 7, as_of + 1, end_day + 1)))) AS DOUBLE) END AS days_in_stock
FROM held CROSS JOIN run WHERE has_orders;
