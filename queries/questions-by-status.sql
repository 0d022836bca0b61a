-- How many questions have each status, when one last changed, and when one was last added.
-- For: the first page of the console.
-- Scans: counts every question once, in a covering index.
SELECT
    count(*) AS questions,
    sum(status = 'active') AS active,
    sum(status = 'flagged') AS flagged,
    sum(status = 'deleted') AS deleted,
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
    questions;
