-- JSON columns that no CHECK validates.
-- Level: warning
-- Why: Any text is accepted, and the first query that reads it as JSON fails.
-- Remedy: Rebuild the table with its CHECKs by `pnpm db:adopt`; `pnpm db:adopt --check` first shows which values would be
--     refused.
WITH
    wanted (table_name, column_name) AS (
        VALUES
            ('questions', 'tags'),
            ('questions', 'videos'),
            ('questions', 'companies'),
            ('questions', 'relevance_details'),
            ('questions', 'job_title_relevance'),
            ('questions', 'experience_level_tags'),
            ('questions', 'voice_keywords'),
            ('certifications', 'domains'),
            ('certifications', 'channel_mappings'),
            ('certifications', 'tags'),
            ('certifications', 'prerequisites'),
            ('learning_paths', 'question_ids'),
            ('learning_paths', 'channels'),
            ('learning_paths', 'tags'),
            ('learning_paths', 'prerequisites'),
            ('learning_paths', 'learning_objectives'),
            ('learning_paths', 'milestones'),
            ('learning_paths', 'metadata'),
            ('work_queue', 'result'),
            ('bot_ledger', 'before_state'),
            ('bot_ledger', 'after_state'),
            ('bot_runs', 'summary'),
            ('question_history', 'changed_fields'),
            ('question_history', 'before_snapshot'),
            ('question_history', 'after_snapshot'),
            ('question_history', 'metadata'),
            ('voice_sessions', 'question_ids'),
            ('user_sessions', 'session_data')
    )
SELECT
    wanted.table_name AS "table",
    wanted.column_name AS "column"
FROM
    wanted
    JOIN sqlite_schema AS live ON live.type = 'table'
    AND live.name = wanted.table_name COLLATE NOCASE
WHERE
    EXISTS (
        SELECT
            1
        FROM
            pragma_table_info (wanted.table_name) AS info
        WHERE
            info.name = wanted.column_name COLLATE NOCASE
    )
    -- Independent of quotes and spaces.
    AND instr(
        replace(
            replace(
                replace(
                    replace(replace(lower(live.sql), ' ', ''), char(10), ''),
                    '"',
                    ''
                ),
                '`',
                ''
            ),
            char(39),
            ''
        ),
        'json_valid(' || wanted.column_name || ')'
    ) = 0
ORDER BY
    wanted.table_name,
    wanted.column_name;
