-- Indexes that another index of the same table makes superfluous.
-- Level: note
-- Why: Each write updates both, although the other one serves the same queries, and the planner may choose the worse one.
-- Remedy: Run the statement. If a migration created the index, drop it in a new migration instead (`pnpm db:new`); if an
--     application creates it at its start, remove it there first.
WITH
    part AS (
        SELECT
            live.name AS table_name,
            list.name AS index_name,
            list."unique" AS is_unique,
            list.origin AS origin,
            list.partial
            OR info.name IS NULL AS is_special,
            info.name AS column_name,
            info.name || ' ' || info.coll AS column_key,
            info."desc" AS is_descending
        FROM
            pragma_table_list AS live,
            pragma_index_list (live.name) AS list,
            pragma_index_xinfo (list.name) AS info
        WHERE
            live.schema = 'main'
            AND live.type = 'table'
            AND live.name NOT LIKE 'sqlite!_%' ESCAPE '!'
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
            -- Partial, or over an expression.
            max(part.is_special) AS is_special,
            -- Those of constraints, and those named as the migrations name theirs.
            max(part.origin <> 'c')
            OR coalesce(
                part.index_name = 'idx_' || part.table_name || '_' || group_concat(part.column_name, '_'),
                FALSE
            ) AS is_own,
            group_concat(
                part.column_key || iif(part.is_descending, ' DESC', ''),
                ', '
            ) || ', ' AS columns,
            -- SQLite reads an index in both directions.
            group_concat(
                part.column_key || iif(part.is_descending, '', ' DESC'),
                ', '
            ) || ', ' AS backwards,
            (
                SELECT
                    substr(made.sql, instr(lower(made.sql), ' on '))
                FROM
                    sqlite_schema AS made
                WHERE
                    made.type = 'index'
                    AND made.name = part.index_name
            ) AS definition
        FROM
            part
        GROUP BY
            part.table_name,
            part.index_name
    )
SELECT
    shorter.table_name AS "table",
    shorter.index_name AS "index",
    longer.index_name AS covered_by,
    format('DROP INDEX "%w"', shorter.index_name) AS statement
FROM
    whole AS shorter
    JOIN whole AS longer ON longer.table_name = shorter.table_name
    AND longer.index_name <> shorter.index_name
    AND iif(
        shorter.is_special
        OR longer.is_special,
        longer.definition = shorter.definition,
        instr(longer.columns, shorter.columns) = 1
        OR instr(longer.backwards, shorter.columns) = 1
    )
WHERE
    shorter.is_unique = 0
    -- An index of the files stays, whatever others add.
    AND shorter.is_own <= longer.is_own
    AND (
        shorter.is_own < longer.is_own
        OR length(longer.columns) > length(shorter.columns)
        OR longer.is_unique = 1
        OR longer.index_name < shorter.index_name
    )
ORDER BY
    shorter.table_name,
    shorter.index_name;
