-- What was cancelled or came back, by the week of its sale and the weeks in between.
CREATE OR REPLACE TABLE return_lag AS
SELECT s.category, b.sale_week, greatest(0, date_diff('week', b.sale_week, b.week)) AS lag_weeks, sum(b.units) AS units
FROM (
    SELECT sku, week, CAST(date_trunc('week', coalesce(original_ordered_at, ordered_at)) AS DATE) AS sale_week, units
    FROM lines WHERE retail AND kind IN ('cancel', 'return')
) b JOIN sku s ON s.sku = b.sku
GROUP BY 1, 2, 3;

-- SKU × week from launch to the end of its stock, weeks without a sale included; none where nobody knows what was sold.
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

CREATE OR REPLACE TABLE sku_week AS
WITH change AS (
    SELECT f.*, k.week, least(k.until - 1, f.end_day) AS to_day, greatest(k.week + 7, f.start_week) AS quiet_from,
        coalesce(s.sold_units, 0) AS sold_units, coalesce(s.cancelled_units, 0) AS cancelled_units, coalesce(s.returned_units, 0) AS returned_units,
        CAST(coalesce(s.cancelled_units, 0) + coalesce(s.returned_units, 0) + coalesce(u.units, 0) AS DECIMAL(18,3)) AS undone_units, coalesce(s.gift_units, 0) AS gift_units,
        coalesce(s.paid_value, 0) AS paid_value, coalesce(s.revenue, 0) AS revenue, coalesce(s.refund_value, 0) AS refund_value,
        k.received_units, k.shipped_units, k.restocked_units, k.moved_units, k.closing_units, k.damaged_units, k.days_in_stock, k.for_sale
    FROM life f
    JOIN sku_week_stock k ON k.sku = f.sku
    LEFT JOIN sku_week_sales s ON s.sku = k.sku AND s.week = k.week
    LEFT JOIN dated_back u ON u.sku = k.sku AND u.week = k.week
),
each_week AS (
    SELECT sku, item, start_day, start_week, end_day, stock_basis, week,
        sold_units, cancelled_units, returned_units, undone_units, gift_units, paid_value, revenue, refund_value,
        received_units, shipped_units, restocked_units, moved_units, closing_units, damaged_units, days_in_stock
    FROM change WHERE week BETWEEN start_week AND to_day
    UNION ALL
    -- A week without a change holds what the last change left.
    SELECT sku, item, start_day, start_week, end_day, stock_basis, CAST(monday AS DATE),
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, closing_units, damaged_units, CASE WHEN for_sale THEN 7 ELSE 0 END
    FROM (SELECT *, unnest(generate_series(quiet_from, to_day, INTERVAL 7 DAY)) AS monday FROM change WHERE quiet_from <= to_day)
)
SELECT sku, item, week, week + 6 <= as_of AS complete, date_diff('week', start_week, week) AS age_week,
    sold_units, cancelled_units, returned_units, undone_units, gift_units, paid_value, revenue, refund_value,
    received_units, shipped_units, restocked_units, moved_units, closing_units, damaged_units, stock_basis,
    days_on_sale, CASE WHEN stock_basis <> 'unknown' THEN CAST(least(days_in_stock, days_on_sale) AS DOUBLE) END AS days_in_stock
FROM (
    SELECT *, greatest(0, date_diff('day', greatest(week, start_day), least(week + 7, as_of + 1, end_day + 1))) AS days_on_sale
    FROM each_week CROSS JOIN run WHERE has_orders
);
