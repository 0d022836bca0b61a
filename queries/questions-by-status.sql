-- How many questions have each status, when one last changed, and when one was last added.
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
    ) AS changed_at,
    (
        SELECT
            max(created_at)
        FROM
            questions
    ) AS added_at
FROM
    questions
GROUP BY
    status;
