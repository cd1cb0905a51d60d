-- What people decided and booked by as_of: classes and ways that win over the rules, and write-downs.
CREATE OR REPLACE TABLE override AS
SELECT o.item, coalesce(w.class, o.class) AS class, coalesce(d.way, o.decision) AS decision, o.reason, o.decided_by, o.decided_on
FROM overrides o CROSS JOIN run LEFT JOIN class_word w ON w.chinese = o.class LEFT JOIN way_word d ON d.chinese = o.decision
WHERE o.decided_on IS NULL OR o.decided_on <= as_of;

CREATE OR REPLACE TABLE provision AS
SELECT item, max(booked_on) AS booked_on, max_by(amount, booked_on) AS amount
FROM provisions CROSS JOIN run WHERE booked_on <= as_of GROUP BY item;

-- The ways out that were agreed by as_of and are not over.
CREATE OR REPLACE TABLE exit_offer AS
SELECT e.exit, coalesce(w.kind, e.kind) AS kind, e.category, e.opens_on, e.closes_on, e.price, e.price_share, e.cost_share, e.fee_rate, e.return_rate,
    e.handling, e.return_cost, e.takes_share, e.units, e.units_of_style, e.least_units, e.fixed_cost, e.pays_after
FROM exits e CROSS JOIN run LEFT JOIN exit_word w ON w.chinese = e.kind
WHERE (e.agreed_on IS NULL OR e.agreed_on <= as_of) AND (e.closes_on IS NULL OR e.closes_on > as_of);

-- What reports of earlier days decided.
CREATE OR REPLACE TABLE promise AS
SELECT item, portion, coalesce(po_id, '') AS po_id, decision, units, price, cash_now, cash_by_date, report_day, cash_until
FROM promises CROSS JOIN run WHERE report_day < as_of;

-- Items that somebody priced, planned, counted views of or decided on, and that no product and no event explains: nothing is made of them.
CREATE OR REPLACE TABLE unknown_item AS
SELECT n.named_in, n.item
FROM (
    SELECT 'overrides' AS named_in, item FROM override
    UNION SELECT 'provisions', item FROM provision
    UNION SELECT 'plan', item FROM plan
    UNION SELECT 'prices', item FROM prices CROSS JOIN run WHERE valid_from <= as_of
    UNION SELECT 'traffic', item FROM traffic CROSS JOIN run WHERE date <= as_of
) n LEFT JOIN (SELECT DISTINCT item FROM sku) s ON s.item = n.item WHERE s.item IS NULL;

-- What the tables of facts tell of days after as_of: it is known today and was not then, and no figure of this day uses it.
CREATE OR REPLACE TABLE later AS
SELECT named_in, count(*) AS later_rows, min(day) AS first_day, max(day) AS last_day
FROM (
    SELECT 'order_lines' AS named_in, CAST(ordered_at AS DATE) AS day FROM order_lines CROSS JOIN run WHERE ordered_at >= as_of + INTERVAL 1 DAY
    UNION ALL SELECT 'purchases', CAST(received_at AS DATE) FROM purchases CROSS JOIN run WHERE received_at >= as_of + INTERVAL 1 DAY
    UNION ALL SELECT 'movements', CAST(moved_at AS DATE) FROM movements CROSS JOIN run WHERE moved_at >= as_of + INTERVAL 1 DAY
    UNION ALL SELECT 'stock', counted_at FROM stock CROSS JOIN run WHERE counted_at > as_of
    UNION ALL SELECT 'traffic', date FROM traffic CROSS JOIN run WHERE date > as_of
    UNION ALL SELECT 'charges', date FROM charges CROSS JOIN run WHERE date > as_of
    UNION ALL SELECT 'snapshot', s.as_of FROM snapshot s CROSS JOIN run r WHERE s.as_of > r.as_of AND NOT r.has_orders
) GROUP BY named_in;
