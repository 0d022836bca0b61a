-- How many runs of all bots have each status, and when the first and the latest of them began.
-- For: the first page of the console.
-- Scans: reads every run once; maintenance keeps them few.
-- Sorts: groups them by three values.
SELECT
    status,
    count(*) AS runs,
    min(started_at) AS first_at,
    max(started_at) AS latest_at
FROM
    bot_runs
GROUP BY
    status;
