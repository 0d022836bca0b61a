-- Tables of the schema that are missing.
-- Level: error
-- Why: Queries of the application fail; the checks that read these tables were skipped.
-- Remedy: Deploy with `pnpm db:migrate`. If the database was not created from these files, adopt it with
--     `pnpm db:adopt`.
WITH
    wanted (table_name) AS (
        VALUES
            ('users'),
            ('questions'),
            ('channel_mappings'),
            ('certifications'),
            ('learning_paths'),
            ('work_queue'),
            ('bot_ledger'),
            ('bot_runs'),
            ('question_relationships'),
            ('question_history'),
            ('voice_sessions'),
            ('user_sessions')
    )
SELECT
    wanted.table_name AS "table"
FROM
    wanted
WHERE
    NOT EXISTS (
        SELECT
            1
        FROM
            sqlite_schema AS live
        WHERE
            live.type = 'table'
            AND live.name = wanted.table_name COLLATE NOCASE
    )
ORDER BY
    wanted.table_name;
