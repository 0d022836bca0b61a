-- Rows that refer to a missing row.
-- Level: error
-- Why: A join omits them, and the next write to such a row is refused.
-- Remedy: Restore the missing row, or clear the reference if the column may be NULL: UPDATE <table> SET <column> = NULL
--     WHERE rowid = <rowid>; else delete the referring row: DELETE FROM <table> WHERE rowid =
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
