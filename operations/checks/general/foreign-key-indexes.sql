-- Foreign keys whose columns do not begin an index.
-- Level: warning
-- Why: Each delete or replace of a parent reads the whole table for rows that refer to it.
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
    -- An INTEGER PRIMARY KEY is the rowid and needs no index.
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
