-- Indexes whose columns are the beginning of another index of the same table.
-- Level: note
-- Why: Each write updates both, although the longer one serves the same queries.
-- Remedy: Drop the shorter one in a migration: DROP INDEX <index>.
WITH
    part AS (
        SELECT
            live.name AS table_name,
            list.name AS index_name,
            list."unique" AS is_unique,
            info.seqno AS position,
            info.name || iif(info."desc", ' DESC', '') AS column_name
        FROM
            pragma_table_list AS live,
            pragma_index_list (live.name) AS list,
            pragma_index_xinfo (list.name) AS info
        WHERE
            live.schema = 'main'
            AND live.type = 'table'
            AND live.name NOT LIKE 'sqlite!_%' ESCAPE '!'
            AND list.partial = 0
            AND info.key = 1
        ORDER BY
            list.name,
            info.seqno
    ),
    whole AS (
        SELECT
            part.table_name AS table_name,
            part.index_name AS index_name,
            max(part.is_unique) AS is_unique,
            group_concat(part.column_name, ', ') || ', ' AS columns
        FROM
            part
        GROUP BY
            part.table_name,
            part.index_name
    )
SELECT
    shorter.table_name AS "table",
    shorter.index_name AS "index",
    longer.index_name AS covered_by
FROM
    whole AS shorter
    JOIN whole AS longer ON longer.table_name = shorter.table_name
    AND longer.index_name <> shorter.index_name
    AND instr(longer.columns, shorter.columns) = 1
WHERE
    shorter.is_unique = 0
    AND (
        longer.columns <> shorter.columns
        OR longer.is_unique = 1
        OR longer.index_name < shorter.index_name
    )
ORDER BY
    shorter.table_name,
    shorter.index_name;
