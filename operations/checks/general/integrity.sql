-- Errors that SQLite finds in the file, in its indexes and in rows that violate a constraint.
-- Level: error
-- Why: Queries may miss rows or return wrong ones. SQLite reports at most 100 errors.
-- Remedy: For an index: REINDEX <index>. For a row: correct it. For pages: restore from a backup, and check the disk.
-- Slow: yes
SELECT
    problem.integrity_check AS problem
FROM
    pragma_integrity_check AS problem
WHERE
    problem.integrity_check <> 'ok';
