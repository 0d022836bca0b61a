CREATE VIEW v_table_growth AS
/*
 * One row is one week of one table with the rows that were added in it and still exist.
 * The rows are counted by day first, which is twice as fast as finding the week of each row.
 * users and channel_mappings have no time, so they are missing.
 */
SELECT
    -- The table.
    addition.table_name AS table_name,
    -- The Monday that the week began with, such as 2026-01-05 (UTC).
    date(addition.day, 'weekday 0', '-6 days') AS week_start,
    -- How many rows of that week the table holds.
    sum(addition.rows_added) AS rows_added
FROM
    (
        SELECT
            'bot_ledger' AS table_name,
            substr(created_at, 1, 10) AS day,
            count(*) AS rows_added
        FROM
            bot_ledger
        GROUP BY
            day
        UNION ALL
        SELECT
            'bot_runs',
            substr(started_at, 1, 10) AS day,
            count(*)
        FROM
            bot_runs
        GROUP BY
            day
        UNION ALL
        SELECT
            'certifications',
            substr(created_at, 1, 10) AS day,
            count(*)
        FROM
            certifications
        GROUP BY
            day
        UNION ALL
        SELECT
            'learning_paths',
            substr(created_at, 1, 10) AS day,
            count(*)
        FROM
            learning_paths
        GROUP BY
            day
        UNION ALL
        SELECT
            'question_history',
            substr(created_at, 1, 10) AS day,
            count(*)
        FROM
            question_history
        GROUP BY
            day
        UNION ALL
        SELECT
            'question_relationships',
            substr(created_at, 1, 10) AS day,
            count(*)
        FROM
            question_relationships
        GROUP BY
            day
        UNION ALL
        SELECT
            'questions',
            substr(created_at, 1, 10) AS day,
            count(*)
        FROM
            questions
        GROUP BY
            day
        UNION ALL
        SELECT
            'user_sessions',
            substr(started_at, 1, 10) AS day,
            count(*)
        FROM
            user_sessions
        GROUP BY
            day
        UNION ALL
        SELECT
            'voice_sessions',
            substr(created_at, 1, 10) AS day,
            count(*)
        FROM
            voice_sessions
        GROUP BY
            day
        UNION ALL
        SELECT
            'work_queue',
            substr(created_at, 1, 10) AS day,
            count(*)
        FROM
            work_queue
        GROUP BY
            day
    ) AS addition
GROUP BY
    addition.table_name,
    week_start;
