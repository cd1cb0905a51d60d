-- What people decided and booked by as_of: classes that win over the rules, and write-downs.
CREATE OR REPLACE TABLE override AS
SELECT o.item, coalesce(w.class, o.class) AS class, o.reason, o.decided_by, o.decided_on
FROM overrides o CROSS JOIN run LEFT JOIN class_word w ON w.chinese = o.class
WHERE o.decided_on IS NULL OR o.decided_on <= as_of;

CREATE OR REPLACE TABLE provision AS
SELECT item, max(booked_on) AS booked_on, max_by(amount, booked_on) AS amount
FROM provisions CROSS JOIN run WHERE booked_on <= as_of GROUP BY item;
