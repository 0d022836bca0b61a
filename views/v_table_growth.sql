CREATE VIEW v_table_growth AS
/*
 * One row is one week of one table with the rows that were added in it and are still there.
 * users and channel_mappings keep no time, so they are not here.
 */
SELECT
    -- The table.
    addition.table_name AS table_name,
    -- The Monday that the week began with, such as 2026-01-05 (UTC).
    date(
        substr(addition.added_at, 1, 10),
        'weekday 0',
        '-6 days'
    ) AS week_start,
    -- How many rows of that week the table holds.
    count(*) AS rows_added
FROM
    (
        SELECT
            'bot_ledger' AS table_name,
            created_at AS added_at
        FROM
            bot_ledger
        UNION ALL
        SELECT
            'bot_runs',
            started_at
        FROM
            bot_runs
        UNION ALL
        SELECT
            'certifications',
            created_at
        FROM
            certifications
        UNION ALL
        SELECT
            'learning_paths',
            created_at
        FROM
            learning_paths
        UNION ALL
        SELECT
            'question_history',
            created_at
        FROM
            question_history
        UNION ALL
        SELECT
            'question_relationships',
            created_at
        FROM
            question_relationships
        UNION ALL
        SELECT
            'questions',
            created_at
        FROM
            questions
        UNION ALL
        SELECT
            'user_sessions',
            started_at
        FROM
            user_sessions
        UNION ALL
        SELECT
            'voice_sessions',
            created_at
        FROM
            voice_sessions
        UNION ALL
        SELECT
            'work_queue',
            created_at
        FROM
            work_queue
    ) AS addition
GROUP BY
    addition.table_name,
    week_start;
