-- How many jobs were requested on each day since a date, as far as they still exist.
-- For: the first page of the console.
-- :since = '2026-10-05'
-- Scans: reads all of a small table, in a covering index.
-- Sorts: groups it by day.
SELECT
    substr(created_at, 1, 10) AS day,
    count(*) AS jobs
FROM
    work_queue
WHERE
    created_at >= :since
GROUP BY
    day;
