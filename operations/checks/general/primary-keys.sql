-- Tables without a primary key.
-- Level: warning
-- Why: Their rows cannot be identified, and so not be upserted, copied or compared.
-- Remedy: Rebuild the table with a primary key: `pnpm db:new --rebuild <table> <words>`.
SELECT
    live.name AS "table"
FROM
    pragma_table_list AS live
WHERE
    live.schema = 'main'
    AND live.type = 'table'
    AND live.name NOT LIKE 'sqlite!_%' ESCAPE '!'
    AND NOT EXISTS (
        SELECT
            1
        FROM
            pragma_table_info (live.name) AS info
        WHERE
            info.pk > 0
    )
ORDER BY
    live.name;
