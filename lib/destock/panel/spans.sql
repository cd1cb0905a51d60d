-- What was sold, undone, received and held in every span that sell-through is asked for: by item, and by the place where it was sold.
-- What is undone belongs to the day and the place of its sale; what is sold wholesale is a shipment into the channel, no sale to a consumer.
CREATE OR REPLACE TABLE event AS
SELECT s.item,
    CASE WHEN l.kind = 'sale' THEN l.day ELSE CAST(coalesce(l.original_ordered_at, l.ordered_at) AS DATE) END AS day,
    coalesce(o.channel, l.channel) AS channel, coalesce(o.format, l.format) AS format,
    coalesce(o.creator, l.creator) AS account, coalesce(o.location, l.location) AS location,
    sum(CASE WHEN l.retail AND l.kind = 'sale' THEN l.units ELSE 0 END) AS sold_units,
    sum(CASE WHEN NOT l.retail OR l.kind = 'sale' THEN 0 WHEN l.kind = 'reship' THEN -l.units ELSE l.units END) AS undone_units,
    sum(CASE WHEN l.retail AND l.kind = 'sale' THEN l.customer_paid ELSE 0 END) AS paid_value,
    sum(CASE WHEN l.retail THEN 0 WHEN l.kind IN ('sale', 'reship') THEN l.units ELSE -l.units END) AS wholesale_units,
    sum(CASE WHEN NOT l.elsewhere THEN 0 WHEN l.kind IN ('sale', 'reship') THEN l.units ELSE -l.units END) AS elsewhere_units
FROM placed_line l JOIN sku s ON s.sku = l.sku
LEFT JOIN (
    SELECT order_id, coalesce(line_id, '') AS line_id, sku, max(channel) AS channel, max(format) AS format, max(creator) AS creator, max(location) AS location
    FROM lines WHERE kind = 'sale' GROUP BY 1, 2, 3
) o ON o.order_id = coalesce(l.original_order_id, l.order_id) AND o.line_id = coalesce(l.line_id, '') AND o.sku = l.sku AND l.kind <> 'sale'
WHERE l.goods AND l.kind <> 'refund_only'
GROUP BY 1, 2, 3, 4, 5, 6;

CREATE OR REPLACE TABLE item_span AS
WITH sold AS (
    SELECT e.item, p.cut, p.span, sum(e.sold_units) AS sold_units, sum(e.undone_units) AS undone_units, sum(e.paid_value) AS paid_value,
        sum(e.wholesale_units) AS wholesale_units, sum(e.elsewhere_units) AS elsewhere_units
    FROM event e JOIN spans p ON e.day BETWEEN p.from_day AND p.to_day GROUP BY 1, 2, 3
),
held AS (
    SELECT s.item, p.cut, p.span,
        sum(CASE WHEN b.day >= p.from_day THEN b.received ELSE 0 END) AS received_units,
        sum(CASE WHEN b.day >= p.from_day OR b.until < p.from_day THEN 0 ELSE greatest(b.good, 0) END) AS opening_units,
        CAST(sum(greatest(b.good, 0) * greatest(0, date_diff('day', greatest(b.day, p.from_day), least(b.until, p.to_day + 1)))) AS DOUBLE)
            / (date_diff('day', min(p.from_day), min(p.to_day)) + 1) AS mean_units
    FROM balance b JOIN sku s ON s.sku = b.sku JOIN spans p ON b.day <= p.to_day AND b.until >= p.from_day
    GROUP BY 1, 2, 3
),
sent_back AS (
    SELECT s.item, p.cut, p.span, -sum(m.units) AS units
    FROM movements m JOIN sku s ON s.sku = m.sku JOIN spans p ON CAST(m.moved_at AS DATE) BETWEEN p.from_day AND p.to_day
    WHERE m.kind = 'vendor return' GROUP BY 1, 2, 3
)
SELECT i.item, p.cut, p.span, p.from_day, p.to_day,
    coalesce(e.sold_units, 0) AS sold_units, coalesce(e.undone_units, 0) AS undone_units, coalesce(e.paid_value, 0) AS paid_value,
    coalesce(e.wholesale_units, 0) AS wholesale_units, coalesce(e.elsewhere_units, 0) AS elsewhere_units,
    coalesce(h.received_units, 0) AS received_units, coalesce(v.units, 0) AS vendor_returned_units,
    CASE WHEN i.stock_basis <> 'unknown' THEN coalesce(h.opening_units, 0) END AS opening_units,
    CASE WHEN i.stock_basis <> 'unknown' THEN coalesce(h.mean_units, 0) END AS mean_units
FROM item_now i CROSS JOIN spans p
LEFT JOIN sold e ON e.item = i.item AND e.cut = p.cut AND e.span = p.span
LEFT JOIN held h ON h.item = i.item AND h.cut = p.cut AND h.span = p.span
LEFT JOIN sent_back v ON v.item = i.item AND v.cut = p.cut AND v.span = p.span
WHERE (SELECT has_orders FROM run);

-- The same by channel, format, account and location. Receipts are known by location only, with what was moved from one to another.
CREATE OR REPLACE TABLE place_span AS
SELECT t.item, t.dimension, t.place, p.cut, p.span,
    sum(t.sold_units) AS sold_units, sum(t.undone_units) AS undone_units, sum(t.received_units) AS received_units
FROM (
    SELECT item, day, 'channel' AS dimension, channel AS place, sold_units, undone_units, 0 AS received_units FROM event
    UNION ALL SELECT item, day, 'format', format, sold_units, undone_units, 0 FROM event
    UNION ALL SELECT item, day, 'account', account, sold_units, undone_units, 0 FROM event
    UNION ALL SELECT item, day, 'location', location, sold_units, undone_units, 0 FROM event
    UNION ALL
    SELECT s.item, CAST(p.received_at AS DATE), 'location', p.location, 0, 0, coalesce(p.units_received, p.units_ordered)
    FROM purchases p JOIN sku s ON s.sku = p.sku
    UNION ALL
    SELECT s.item, CAST(m.moved_at AS DATE), 'location', m.to_location, 0, 0, abs(m.units) FROM movements m JOIN sku s ON s.sku = m.sku WHERE m.kind = 'transfer' AND m.to_location IS NOT NULL
    UNION ALL
    SELECT s.item, CAST(m.moved_at AS DATE), 'location', m.location, 0, 0, -abs(m.units) FROM movements m JOIN sku s ON s.sku = m.sku WHERE m.kind = 'transfer' AND m.to_location IS NOT NULL
) t JOIN spans p ON t.day BETWEEN p.from_day AND p.to_day
WHERE t.place IS NOT NULL AND p.cut IN ('now', 'last year') AND (SELECT has_orders FROM run)
GROUP BY 1, 2, 3, 4, 5;
