-- Growth: rows added in each of the last 12 weeks, including the present week.
--
-- Expected are 50 questions, 500 events of history and 1,000 actions of bots a week. Deleted rows are not counted, and a
-- table has no amount for the weeks before its first row. The columns series, period, amount and expected are drawn as one
-- small chart per series.
WITH RECURSIVE
    week (week_start) AS (
        SELECT
            date(:now, 'weekday 0', '-6 days', '-77 days')
        UNION ALL
        SELECT
            date(week_start, '+7 days')
        FROM
            week
        LIMIT
            12
    ),
    growth AS MATERIALIZED (
        SELECT
            table_name,
            week_start,
            rows_added
        FROM
            v_table_growth
        WHERE
            week_start <= date(:now)
    ),
    begun AS (
        SELECT
            table_name,
            min(week_start) AS week_start
        FROM
            growth
        GROUP BY
            table_name
    ),
    documented (table_name, a_week) AS (
        VALUES
            ('questions', 50),
            ('question_history', 500),
            ('bot_ledger', 1000)
    ),
    shown (table_name) AS (
        SELECT
            table_name
        FROM
            documented
        UNION
        SELECT
            table_name
        FROM
            growth
        WHERE
            week_start >= date(:now, 'weekday 0', '-6 days', '-77 days')
    )
SELECT
    shown.table_name AS series,
    week.week_start AS period,
    iif(
        week.week_start < begun.week_start,
        NULL,
        coalesce(growth.rows_added, 0)
    ) AS amount,
    documented.a_week AS expected
FROM
    shown
    CROSS JOIN week
    LEFT JOIN growth ON growth.table_name = shown.table_name
    AND growth.week_start = week.week_start
    LEFT JOIN begun ON begun.table_name = shown.table_name
    LEFT JOIN documented ON documented.table_name = shown.table_name
ORDER BY
    documented.a_week IS NULL,
    shown.table_name,
    week.week_start;
