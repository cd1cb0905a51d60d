-- Of each file: what became of its rows, and how much money and how many units they hold.
-- ``counted_row``: every judged row with its outcome, what it holds, and whether it is one of a
-- total, is rejected, or has no key that can be relied on.
CREATE OR REPLACE TEMP TABLE file_count AS
SELECT _file, count(*) AS rows_in,
    count(*) FILTER (wanted AND fault IS NULL AND outcome IS NULL) AS used,
    count(*) FILTER (outcome = 'updated') AS updated,
    count(*) FILTER (is_rejected) AS rejected,
    count(*) FILTER (outcome = 'deduplicated') AS deduplicated,
    count(*) FILTER (NOT wanted) AS skipped,
    CAST(coalesce(sum(money) FILTER (is_real), 0) AS DOUBLE) AS money_in,
    CAST(coalesce(sum(money) FILTER (is_real AND is_rejected), 0) AS DOUBLE) AS money_rejected,
    CAST(coalesce(sum(units) FILTER (is_real), 0) AS DOUBLE) AS units_in,
    CAST(coalesce(sum(units) FILTER (is_real AND is_rejected), 0) AS DOUBLE) AS units_rejected,
    count(*) FILTER (outcome = 'conflict' OR (has_faulty_key AND is_real)) AS key_rejected,
    count(*) FILTER (wanted AND NOT is_real) AS totals,
    count(*) FILTER (outcome = 'equal') AS equal_rejected
FROM counted_row GROUP BY _file;
DROP VIEW counted_row;
