-- A channel that buys wholesale sells from stock of its own: its tills show what consumers bought, and move nothing here.
CREATE OR REPLACE TABLE supplied AS
SELECT DISTINCT channel FROM order_lines CROSS JOIN run WHERE basis = 'wholesale' AND channel IS NOT NULL AND ordered_at < as_of + INTERVAL 1 DAY;

CREATE OR REPLACE VIEW placed_line AS
SELECT l.*, coalesce(l.basis, 'retail') = 'retail' AND c.channel IS NOT NULL AS elsewhere
FROM lines l LEFT JOIN supplied c ON c.channel = l.channel;

-- Sold and not yet shipped: on hand, but no longer for sale, until it ships or is cancelled. What has waited for a month will not ship.
CREATE OR REPLACE TABLE reservation AS
SELECT sku, day, units, shipped_day AS released_on, units AS released
FROM placed_line CROSS JOIN run WHERE has_shipping AND kind IN ('sale', 'reship') AND NOT elsewhere AND shipped_day <> day
UNION ALL
SELECT l.sku, l.day, l.units, c.day, CAST(least(l.units, c.units) AS DECIMAL(18,3))
FROM placed_line l CROSS JOIN run r
LEFT JOIN (
    SELECT coalesce(original_order_id, order_id) AS order_id, coalesce(line_id, '') AS line_id, sku, min(day) AS day, sum(units) AS units
    FROM lines CROSS JOIN run WHERE has_shipping AND kind = 'cancel' GROUP BY 1, 2, 3
) c ON c.order_id = l.order_id AND c.line_id = coalesce(l.line_id, '') AND c.sku = l.sku
WHERE r.has_shipping AND l.kind IN ('sale', 'reship') AND NOT l.elsewhere AND l.shipped_day IS NULL AND l.day > r.as_of - 30;

-- What was found on every day on which a SKU was counted.
CREATE OR REPLACE TABLE count_day AS
SELECT sku, counted_at AS day, CAST(sum(CASE WHEN coalesce(condition, 'good') = 'good' THEN on_hand ELSE 0 END) AS DECIMAL(18,3)) AS good,
    CAST(sum(CASE WHEN coalesce(condition, 'good') = 'good' THEN 0 ELSE on_hand END) AS DECIMAL(18,3)) AS damaged
FROM stock_count GROUP BY 1, 2;

-- Stock of every SKU at the end of every day on which it changed, rebuilt from shipments, receipts,
-- returns and movements, and set right at every count. Condition good can be sold; all other is damaged.
CREATE OR REPLACE TABLE flow AS
SELECT sku, day,
    CAST(sum(received) AS DECIMAL(18,3)) AS received, CAST(sum(shipped) AS DECIMAL(18,3)) AS shipped,
    CAST(sum(reserved) AS DECIMAL(18,3)) AS reserved, CAST(sum(restocked) AS DECIMAL(18,3)) AS restocked,
    CAST(sum(moved) AS DECIMAL(18,3)) AS moved, CAST(sum(damaged_in) AS DECIMAL(18,3)) AS damaged_in,
    CAST(sum(damaged_moved) AS DECIMAL(18,3)) AS damaged_moved, max(counted) AS counted
FROM (
    -- Where a shop gives no shipping dates, units leave on the day of the order and come back on a cancellation. What was bought
    -- elsewhere, or only refunded, moves nothing.
    SELECT sku, CASE WHEN NOT r.has_shipping THEN day WHEN elsewhere THEN NULL WHEN kind IN ('sale', 'reship') THEN shipped_day WHEN kind IN ('return', 'exchange') THEN day END AS day,
        0 AS received,
        CASE WHEN elsewhere THEN 0 WHEN kind IN ('sale', 'reship') THEN units WHEN kind = 'cancel' AND NOT r.has_shipping THEN -units ELSE 0 END AS shipped, 0 AS reserved,
        CASE WHEN kind IN ('return', 'exchange') AND NOT elsewhere THEN coalesce(resaleable_units, units) ELSE 0 END AS restocked, 0 AS moved,
        CASE WHEN kind IN ('return', 'exchange') AND NOT elsewhere THEN CAST(units - coalesce(resaleable_units, units) AS DECIMAL(18,3)) ELSE 0 END AS damaged_in,
        0 AS damaged_moved, 0 AS counted
    FROM placed_line CROSS JOIN run r
    UNION ALL
    SELECT sku, day, 0, 0, units, 0, 0, 0, 0, 0 FROM reservation
    UNION ALL
    SELECT sku, released_on, 0, 0, -released, 0, 0, 0, 0, 0 FROM reservation
    UNION ALL
    SELECT sku, CAST(received_at AS DATE), coalesce(units_received, units_ordered), 0, 0, 0, 0, 0, 0, 0
    FROM purchases CROSS JOIN run WHERE received_at < as_of + INTERVAL 1 DAY
    UNION ALL
    -- A transfer inside the shop changes nothing at this grain.
    SELECT sku, CAST(moved_at AS DATE), 0, 0, 0, 0, CASE WHEN coalesce(condition, 'good') = 'good' THEN units ELSE 0 END,
        0, CASE WHEN coalesce(condition, 'good') = 'good' THEN 0 ELSE units END, 0
    FROM movements CROSS JOIN run
    WHERE moved_at < as_of + INTERVAL 1 DAY AND NOT (kind = 'transfer' AND to_location IS NOT NULL)
    UNION ALL
    SELECT sku, day, 0, 0, 0, 0, 0, 0, 0, 1 FROM count_day
    UNION ALL
    -- Every SKU has a balance from the first week on, and in every week of which anything is to be told.
    SELECT k.sku, w.week, 0, 0, 0, 0, 0, 0, 0, 0 FROM known_sku k CROSS JOIN (SELECT min(week) AS week FROM weeks) w
    UNION ALL SELECT s.sku, s.week, 0, 0, 0, 0, 0, 0, 0, 0 FROM sku_week_sales s CROSS JOIN run r WHERE r.has_shipping
    UNION ALL SELECT sku, week, 0, 0, 0, 0, 0, 0, 0, 0 FROM dated_back
) WHERE day IS NOT NULL
GROUP BY sku, day;

-- The sums so far, and how many times the SKU has been counted.
CREATE OR REPLACE TABLE running AS
SELECT f.*,
    CAST(sum(CAST(received - shipped + restocked + moved AS DECIMAL(18,3))) OVER sofar AS DECIMAL(18,3)) AS good_sum,
    CAST(sum(CAST(damaged_in + damaged_moved AS DECIMAL(18,3))) OVER sofar AS DECIMAL(18,3)) AS damaged_sum,
    CAST(sum(reserved) OVER sofar AS DECIMAL(18,3)) AS reserved_now,
    count(CASE WHEN counted > 0 THEN 1 END) OVER sofar AS counts,
    coalesce(lead(day) OVER (PARTITION BY sku ORDER BY day), r.as_of + 1) AS until
FROM flow f CROSS JOIN run r
WINDOW sofar AS (PARTITION BY sku ORDER BY day ROWS UNBOUNDED PRECEDING);

-- What each count adds to the sums, from then until the next.
CREATE OR REPLACE TABLE count_set AS
SELECT r.sku, r.counts, c.good - r.good_sum AS good, c.damaged - r.damaged_sum AS damaged
FROM running r JOIN count_day c ON c.sku = r.sku AND c.day = r.day;

-- Before the first count: nothing, if the SKU's history begins with a receipt; otherwise the first count reaches
-- back, because the stock was there before the records begin.
CREATE OR REPLACE TABLE history AS
SELECT h.sku, h.begins_with_receipt,
    -- what was received and never seen to leave is not in stock for that
    CASE WHEN h.counted THEN 'counted' WHEN r.has_orders AND (h.received OR r.has_purchases) THEN 'rebuilt' ELSE 'unknown' END AS stock_basis,
    CASE WHEN h.begins_with_receipt THEN 0 ELSE c.good END AS good_first, CASE WHEN h.begins_with_receipt THEN 0 ELSE c.damaged END AS damaged_first
FROM (
    SELECT sku, max(counted) > 0 AS counted, max(received) > 0 AS received,
        coalesce(
            min(CASE WHEN received > 0 THEN day END) <= min(CASE WHEN shipped <> 0 OR restocked + damaged_in > 0 OR counted > 0 THEN day END),
            max(received) > 0) AS begins_with_receipt
    FROM flow GROUP BY sku
) h CROSS JOIN run r
LEFT JOIN count_set c ON c.sku = h.sku AND c.counts = 1;

-- Each balance holds until the next.
CREATE OR REPLACE TABLE balance AS
SELECT b.sku, b.day, b.until, h.begins_with_receipt, h.stock_basis, b.reserved_now, b.counted, b.received, b.shipped, b.restocked, b.moved,
    b.damaged_in, b.damaged_moved,
    CAST(CASE WHEN h.stock_basis <> 'unknown' THEN b.good_sum + coalesce(c.good, h.good_first, 0) END AS DECIMAL(18,3)) AS good,
    CAST(CASE WHEN h.stock_basis <> 'unknown' THEN b.damaged_sum + coalesce(c.damaged, h.damaged_first, 0) END AS DECIMAL(18,3)) AS damaged
FROM running b JOIN history h ON h.sku = b.sku
LEFT JOIN count_set c ON c.sku = b.sku AND c.counts = b.counts;

-- Nothing asks for it again: what follows takes its memory.
DROP TABLE running;

-- Weeks in which something changed: what came and went, days with stock for sale, and how the last change left it for the weeks until the next.
CREATE OR REPLACE TABLE sku_week_stock AS
SELECT sku, week, received_units, shipped_units, restocked_units, moved_units, closing_units, damaged_units, for_sale,
    days_for_sale + CASE WHEN lag(for_sale) OVER (PARTITION BY sku ORDER BY week)
        THEN greatest(0, date_diff('day', greatest(week, first_day), first_change)) ELSE 0 END AS days_in_stock,
    coalesce(lead(week) OVER (PARTITION BY sku ORDER BY week), as_of + 1) AS until
FROM (
    SELECT sku, week, min(day) AS first_change,
        CAST(sum(received) AS DECIMAL(18,3)) AS received_units, CAST(sum(shipped) AS DECIMAL(18,3)) AS shipped_units,
        CAST(sum(restocked) AS DECIMAL(18,3)) AS restocked_units, CAST(sum(moved) AS DECIMAL(18,3)) AS moved_units,
        CAST(sum(CASE WHEN good > reserved_now THEN greatest(0, date_diff('day', greatest(day, first_day), least(until, week + 7))) ELSE 0 END) AS BIGINT) AS days_for_sale,
        max(CASE WHEN until >= week + 7 OR until > as_of THEN good END) AS closing_units,
        max(CASE WHEN until >= week + 7 OR until > as_of THEN damaged END) AS damaged_units,
        bool_or((until >= week + 7 OR until > as_of) AND good > reserved_now) AS for_sale
    FROM (SELECT b.*, CAST(date_trunc('week', b.day) AS DATE) AS week, r.first_day, r.as_of FROM balance b CROSS JOIN run r)
    GROUP BY 1, 2
) CROSS JOIN run;
