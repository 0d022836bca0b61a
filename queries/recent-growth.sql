-- How many questions, jobs, runs and actions were added on each day since a date, as far as they still exist.
-- For: the first page of the console.
-- :since = '2026-10-05'
-- Scans: reads all of a small table, the queue.
-- Sorts: groups the rows of these weeks by day.
SELECT
    'questions' AS kind,
    substr(created_at, 1, 10) AS day,
    count(*) AS added
FROM
    questions
WHERE
    created_at >= :since
GROUP BY
    day
UNION ALL
SELECT
    'jobs',
    substr(created_at, 1, 10) AS day,
    count(*)
FROM
    work_queue
WHERE
    created_at >= :since
GROUP BY
    day
UNION ALL
SELECT
    'runs',
    substr(started_at, 1, 10) AS day,
    count(*)
FROM
    bot_runs
WHERE
    started_at >= :since
GROUP BY
    day
UNION ALL
SELECT
    'actions',
    substr(created_at, 1, 10) AS day,
    count(*)
FROM
    bot_ledger
WHERE
    created_at >= :since
GROUP BY
    day;
