-- How many questions have each status, and when the latest change was.
-- For: the first page of the console.
-- Scans: counts every question once, in a covering index.
-- Sorts: groups them by three values.
SELECT
    status,
    count(*) AS questions,
    (
        SELECT
            max(last_updated)
        FROM
            questions
    ) AS latest_at
FROM
    questions
GROUP BY
    status;
