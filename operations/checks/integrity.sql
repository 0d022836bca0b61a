-- What SQLite itself finds wrong with the file, its indexes and the rows that break a rule of their table.
-- Level: error
-- Why: Queries may miss rows or give wrong ones. SQLite tells at most 100 of them.
-- Remedy: An index: REINDEX <index>. A row that breaks a rule: correct it. Anything about pages: restore from a
--     backup, and look for the cause in the disk.
-- Slow: yes
SELECT
    problem.integrity_check AS problem
FROM
    pragma_integrity_check AS problem
WHERE
    problem.integrity_check <> 'ok';
