-- Foreign keys whose columns lead no index.
-- Level: warning
-- Why: Each delete of a parent, and each replace, reads the whole table for rows that point to it.
-- Remedy: Add the index in a migration: CREATE INDEX idx_<table>_<column> ON <table> (<column>).
SELECT
    live.name AS "table",
    reference."from" AS "column",
    reference."table" AS parent
FROM
    pragma_table_list AS live,
    pragma_foreign_key_list (live.name) AS reference
WHERE
    live.schema = 'main'
    AND live.type = 'table'
    AND live.name NOT LIKE 'sqlite!_%' ESCAPE '!'
    AND reference.seq = 0
    AND NOT EXISTS (
        SELECT
            1
        FROM
            pragma_index_list (live.name) AS list,
            pragma_index_info (list.name) AS part
        WHERE
            list.partial = 0
            AND part.seqno = 0
            AND part.name = reference."from" COLLATE NOCASE
    )
    -- The primary key of a table is its own index where it is the rowid.
    AND NOT EXISTS (
        SELECT
            1
        FROM
            pragma_table_info (live.name) AS info
        WHERE
            info.pk = 1
            AND info.name = reference."from" COLLATE NOCASE
            AND upper(info.type) = 'INTEGER'
    )
ORDER BY
    live.name,
    reference."from";
