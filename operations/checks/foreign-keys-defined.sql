-- References of the schema without a foreign key.
-- Level: warning
-- Why: Dangling references are accepted silently.
-- Remedy: Rebuild the table with its foreign keys by `pnpm db:adopt`; `pnpm db:adopt --check` first shows which rows would
--     be refused.
WITH
    wanted (table_name, column_name, parent) AS (
        VALUES
            ('channel_mappings', 'question_id', 'questions'),
            (
                'question_relationships',
                'source_question_id',
                'questions'
            ),
            (
                'question_relationships',
                'target_question_id',
                'questions'
            ),
            ('user_sessions', 'user_id', 'users')
    )
SELECT
    wanted.table_name AS "table",
    wanted.column_name AS "column",
    wanted.parent AS parent
FROM
    wanted
WHERE
    EXISTS (
        SELECT
            1
        FROM
            pragma_table_info (wanted.table_name) AS info
        WHERE
            info.name = wanted.column_name COLLATE NOCASE
    )
    AND NOT EXISTS (
        SELECT
            1
        FROM
            pragma_foreign_key_list (wanted.table_name) AS reference
        WHERE
            reference."from" = wanted.column_name COLLATE NOCASE
            AND reference."table" = wanted.parent COLLATE NOCASE
    )
ORDER BY
    wanted.table_name,
    wanted.column_name;
