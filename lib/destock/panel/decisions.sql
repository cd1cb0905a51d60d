-- What people decided and booked by as_of: classes that win over the rules, and write-downs.
CREATE OR REPLACE TABLE override AS
SELECT o.item, coalesce(w.class, o.class) AS class, o.reason, o.decided_by, o.decided_on
FROM overrides o CROSS JOIN run LEFT JOIN class_word w ON w.chinese = o.class
WHERE o.decided_on IS NULL OR o.decided_on <= as_of;

CREATE OR REPLACE TABLE provision AS
SELECT item, max(booked_on) AS booked_on, max_by(amount, booked_on) AS amount
FROM provisions CROSS JOIN run WHERE booked_on <= as_of GROUP BY item;

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
