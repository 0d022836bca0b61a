-- Tables that do not record when a row was written.
-- Level: warning
-- Why: Without the time it is unknown when something happened, what is new, or what has waited for too long.
-- Remedy: Rebuild the table with the column and its default: with `pnpm db:adopt` if the database was not
--     created from these files, else with `pnpm db:new --rebuild <table> <words>`.
WITH
    wanted (table_name, column_name) AS (
        VALUES
            ('questions', 'created_at'),
            ('certifications', 'created_at'),
            ('learning_paths', 'created_at'),
            ('work_queue', 'created_at'),
            ('work_queue', 'run_after'),
            ('bot_ledger', 'created_at'),
            ('question_relationships', 'created_at'),
            ('question_history', 'created_at'),
            ('voice_sessions', 'created_at'),
            ('user_sessions', 'started_at'),
            ('user_sessions', 'last_accessed_at')
    )
SELECT
    wanted.table_name AS "table",
    wanted.column_name AS "column",
    iif(
        info.name IS NULL,
        'is not there',
        'has no default'
    ) AS problem
FROM
    wanted
    JOIN sqlite_schema AS live ON live.type = 'table'
    AND live.name = wanted.table_name COLLATE NOCASE
    LEFT JOIN pragma_table_info (wanted.table_name) AS info ON info.name = wanted.column_name COLLATE NOCASE
WHERE
    info.name IS NULL
    OR info.dflt_value IS NULL
ORDER BY
    wanted.table_name,
    wanted.column_name;
