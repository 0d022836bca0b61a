-- Indexes of the schema that are missing.
-- Level: warning
-- Why: A frequent query of the application reads the whole table.
-- Remedy: Deploy with `pnpm db:migrate`, or adopt the database with `pnpm db:adopt`; if both have nothing to do, copy the
--     CREATE INDEX from the migration that creates the table.
WITH
    wanted (table_name, columns) AS (
        VALUES
            (
                'questions',
                'channel, difficulty, status, is_new'
            ),
            ('questions', 'channel, sub_channel, id'),
            ('questions', 'created_at'),
            ('questions', 'last_updated'),
            (
                'channel_mappings',
                'question_id, channel_id, sub_channel'
            ),
            ('certifications', 'category, status, name'),
            ('certifications', 'status, name'),
            (
                'learning_paths',
                'path_type, status, popularity, created_at'
            ),
            (
                'learning_paths',
                'status, popularity, created_at'
            ),
            (
                'learning_paths',
                'target_company, status, popularity, created_at'
            ),
            (
                'learning_paths',
                'target_job_title, status, popularity, created_at'
            ),
            ('work_queue', 'item_id, item_type, action'),
            ('work_queue', 'priority, created_at'),
            (
                'work_queue',
                'status, assigned_to, priority, run_after'
            ),
            ('work_queue', 'status, priority, created_at'),
            ('bot_ledger', 'bot_name, created_at, action'),
            ('bot_ledger', 'created_at'),
            ('bot_ledger', 'item_id, item_type, created_at'),
            ('bot_runs', 'bot_name, started_at'),
            ('bot_runs', 'started_at'),
            (
                'question_relationships',
                'target_question_id, relationship_type'
            ),
            (
                'question_history',
                'created_at, question_type, event_type, event_source'
            ),
            (
                'question_history',
                'question_id, question_type, created_at, event_type, event_source'
            ),
            ('voice_sessions', 'channel, topic'),
            ('user_sessions', 'session_key, session_type'),
            ('user_sessions', 'status, last_accessed_at'),
            (
                'user_sessions',
                'user_id, status, last_accessed_at'
            )
    ),
    part AS (
        SELECT
            list.name AS index_name,
            live.name AS table_name,
            info.name AS column_name
        FROM
            pragma_table_list AS live,
            pragma_index_list (live.name) AS list,
            pragma_index_info (list.name) AS info
        WHERE
            live.schema = 'main'
            AND live.type = 'table'
            AND live.name NOT LIKE 'sqlite!_%' ESCAPE '!'
            AND list.partial = 0
        ORDER BY
            list.name,
            info.seqno
    ),
    existing AS (
        SELECT
            part.table_name AS table_name,
            group_concat(part.column_name, ', ') || ', ' AS columns
        FROM
            part
        GROUP BY
            part.table_name,
            part.index_name
    )
SELECT
    wanted.table_name AS "table",
    wanted.columns AS columns
FROM
    wanted
WHERE
    EXISTS (
        SELECT
            1
        FROM
            sqlite_schema AS live
        WHERE
            live.type = 'table'
            AND live.name = wanted.table_name COLLATE NOCASE
    )
    -- A longer index that begins with the same columns is accepted.
    AND NOT EXISTS (
        SELECT
            1
        FROM
            existing
        WHERE
            existing.table_name = wanted.table_name COLLATE NOCASE
            AND instr(lower(existing.columns), wanted.columns || ', ') = 1
    )
ORDER BY
    wanted.table_name,
    wanted.columns;
