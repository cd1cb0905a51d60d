-- Sold and not yet shipped: on hand, but no longer for sale, until it ships or is cancelled. What has waited for a month will not ship.
CREATE OR REPLACE TABLE reservation AS
SELECT l.sku, l.day, l.units, coalesce(l.shipped_day, c.day) AS released_on,
    CASE WHEN l.shipped_day IS NOT NULL THEN l.units ELSE least(l.units, c.units) END AS released
FROM lines l CROSS JOIN run r
LEFT JOIN (
    SELECT coalesce(original_order_id, order_id) AS order_id, coalesce(line_id, '') AS line_id, sku, min(day) AS day, sum(units) AS units
    FROM lines WHERE kind = 'cancel' GROUP BY 1, 2, 3
) c ON c.order_id = l.order_id AND c.line_id = coalesce(l.line_id, '') AND c.sku = l.sku
WHERE l.kind IN ('sale', 'reship') AND NOT l.elsewhere AND r.has_shipping AND (l.shipped_day IS NOT NULL OR l.day > r.as_of - 30);

-- Stock of every SKU at the end of every day on which it changed, rebuilt from shipments, receipts,
-- returns and movements, and set right at every count. Condition good can be sold; all other is damaged.
CREATE OR REPLACE TABLE flow AS
SELECT sku, day,
    sum(received) AS received, sum(shipped) AS shipped, sum(reserved) AS reserved, sum(restocked) AS restocked, sum(moved) AS moved,
    sum(damaged_in) AS damaged_in, sum(damaged_moved) AS damaged_moved,
    max(counted) AS counted, sum(good_counted) AS good_counted, sum(damaged_counted) AS damaged_counted
FROM (
    -- Where a shop gives no shipping dates, units leave on the day of the order and come back on a cancellation.
    SELECT sku, CASE WHEN r.has_shipping THEN shipped_day ELSE day END AS day,
        0 AS received, CASE WHEN kind = 'cancel' THEN -units ELSE units END AS shipped, 0 AS reserved, 0 AS restocked, 0 AS moved,
        0 AS damaged_in, 0 AS damaged_moved, 0 AS counted, 0 AS good_counted, 0 AS damaged_counted
    FROM lines CROSS JOIN run r
    WHERE NOT elsewhere AND (kind IN ('sale', 'reship') OR (kind = 'cancel' AND NOT r.has_shipping))
    UNION ALL
    SELECT sku, day, 0, 0, units, 0, 0, 0, 0, 0, 0, 0 FROM reservation
    UNION ALL
    SELECT sku, released_on, 0, 0, -released, 0, 0, 0, 0, 0, 0, 0 FROM reservation
    UNION ALL
    SELECT sku, day, 0, 0, 0, coalesce(resaleable_units, units), 0, units - coalesce(resaleable_units, units), 0, 0, 0, 0
    FROM lines WHERE NOT elsewhere AND kind IN ('return', 'exchange')
    UNION ALL
    SELECT sku, CAST(received_at AS DATE), coalesce(units_received, units_ordered), 0, 0, 0, 0, 0, 0, 0, 0, 0
    FROM purchases CROSS JOIN run WHERE received_at < as_of + INTERVAL 1 DAY
    UNION ALL
    -- A transfer inside the shop changes nothing at this grain.
    SELECT sku, CAST(moved_at AS DATE), 0, 0, 0, 0, CASE WHEN coalesce(condition, 'good') = 'good' THEN units ELSE 0 END,
        0, CASE WHEN coalesce(condition, 'good') = 'good' THEN 0 ELSE units END, 0, 0, 0
    FROM movements CROSS JOIN run
    WHERE moved_at < as_of + INTERVAL 1 DAY AND NOT (kind = 'transfer' AND to_location IS NOT NULL)
    UNION ALL
    SELECT sku, counted_at, 0, 0, 0, 0, 0, 0, 0, 1, CASE WHEN coalesce(condition, 'good') = 'good' THEN on_hand ELSE 0 END,
        CASE WHEN coalesce(condition, 'good') = 'good' THEN 0 ELSE on_hand END
    FROM stock_count
    UNION ALL
    -- Week starts cut every interval at the week's edge.
    SELECT k.sku, w.week, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 FROM known_sku k CROSS JOIN weeks w
) WHERE day IS NOT NULL
GROUP BY sku, day;

CREATE OR REPLACE TABLE running AS
SELECT *,
    sum(received - shipped + restocked + moved) OVER sofar AS good_sum,
    sum(damaged_in + damaged_moved) OVER sofar AS damaged_sum,
    sum(reserved) OVER sofar AS reserved_now,
    sum(CASE WHEN received > 0 THEN 1 ELSE 0 END) OVER sofar AS receipts_sofar,
    sum(CASE WHEN shipped <> 0 OR restocked + damaged_in > 0 OR counted > 0 THEN 1 ELSE 0 END) OVER sofar AS others_sofar
FROM flow
WINDOW sofar AS (PARTITION BY sku ORDER BY day ROWS UNBOUNDED PRECEDING);

-- What a count adds to the running sums. Before the first count: nothing, if the SKU's history begins with
-- a receipt; otherwise the first count reaches back, because the stock was there before the records begin.
CREATE OR REPLACE TABLE history AS
SELECT sku,
    coalesce(min(day) FILTER (receipts_sofar > 0) <= min(day) FILTER (others_sofar > 0), max(receipts_sofar) > 0) AS begins_with_receipt,
    max(counted) > 0 AS ever_counted,
    -- what was received and never seen to leave is not in stock for that
    max(counted) > 0 OR bool_or(r.has_orders) AND (max(receipts_sofar) > 0 OR bool_or(r.has_purchases)) AS stock_known
FROM running CROSS JOIN run r GROUP BY sku;

CREATE OR REPLACE TABLE balance AS
SELECT b.sku, b.day, h.begins_with_receipt, b.reserved_now, b.counted, b.received, b.shipped, b.restocked, b.moved, b.damaged_in, b.damaged_moved,
    b.good_counted, b.damaged_counted,
    CASE WHEN h.stock_known THEN b.good_sum + coalesce(b.good_set, CASE WHEN h.begins_with_receipt THEN 0 ELSE b.good_first END, 0) END AS good,
    CASE WHEN h.stock_known THEN b.damaged_sum + coalesce(b.damaged_set, CASE WHEN h.begins_with_receipt THEN 0 ELSE b.damaged_first END, 0) END AS damaged,
    CASE WHEN h.ever_counted THEN 'counted' WHEN h.stock_known THEN 'rebuilt' ELSE 'unknown' END AS stock_basis
FROM (
    SELECT *,
        last_value(CASE WHEN counted > 0 THEN good_counted - good_sum END IGNORE NULLS) OVER sofar AS good_set,
        last_value(CASE WHEN counted > 0 THEN damaged_counted - damaged_sum END IGNORE NULLS) OVER sofar AS damaged_set,
        first_value(CASE WHEN counted > 0 THEN good_counted - good_sum END IGNORE NULLS) OVER whole AS good_first,
        first_value(CASE WHEN counted > 0 THEN damaged_counted - damaged_sum END IGNORE NULLS) OVER whole AS damaged_first
    FROM running
    WINDOW sofar AS (PARTITION BY sku ORDER BY day ROWS UNBOUNDED PRECEDING),
        whole AS (PARTITION BY sku ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
) b JOIN history h ON h.sku = b.sku;

-- Each row holds until the next: days with stock for sale, and the last balance of the week.
CREATE OR REPLACE TABLE sku_week_stock AS
SELECT sku, week,
    sum(received) AS received_units, sum(shipped) AS shipped_units, sum(restocked) AS restocked_units,
    sum(moved) AS moved_units,
    sum(CASE WHEN good - reserved_now > 0 THEN date_diff('day', least(greatest(day, first_day), until), until) ELSE 0 END) AS days_in_stock,
    max_by(good, day) AS closing_units, max_by(damaged, day) AS damaged_units, max(stock_basis) AS stock_basis
FROM (
    SELECT b.*, CAST(date_trunc('week', day) AS DATE) AS week, r.first_day,
        coalesce(lead(day) OVER (PARTITION BY sku ORDER BY day), r.as_of + 1) AS until
    FROM balance b CROSS JOIN run r
) GROUP BY sku, week;
