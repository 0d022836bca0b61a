-- The jobs that failed, the latest first.
-- For: the console's page of the work.
-- :limit = 21
-- Sorts: the failed jobs, which are few.
SELECT
    job.id AS id,
    job.item_type AS item_type,
    job.item_id AS item_id,
    job.action AS action,
    job.priority AS priority,
    substr(job.result, 1, 20000) AS result,
    job.assigned_to AS assigned_to,
    job.attempts AS attempts,
    job.max_attempts AS max_attempts,
    job.processed_at AS processed_at,
    job.item_type = 'question'
    AND EXISTS (
        SELECT
            1
        FROM
            questions AS question
        WHERE
            question.id = job.item_id
    ) AS is_known
FROM
    work_queue AS job
WHERE
    job.status = 'failed'
ORDER BY
    job.processed_at DESC,
    job.id DESC
LIMIT
    :limit;
