-- Rows that point to a row that is not there.
-- Level: error
-- Why: A join loses them, and the next write to such a row is refused.
-- Remedy: Bring back the row that is missing, or let go of it where the column may be empty: UPDATE <table> SET
--     <column> = NULL WHERE rowid = <rowid>; else delete the row that points to it: DELETE FROM <table> WHERE rowid =
--     <rowid>.
SELECT
    violation."table" AS "table",
    violation.rowid AS rowid,
    reference."from" AS "column",
    violation.parent AS parent
FROM
    pragma_foreign_key_check AS violation
    LEFT JOIN pragma_foreign_key_list (violation."table") AS reference ON reference.id = violation.fkid
    AND reference.seq = 0
ORDER BY
    violation."table",
    violation.rowid,
    reference."from";
