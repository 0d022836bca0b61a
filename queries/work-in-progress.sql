-- The jobs that workers hold, the urgent ones first and the oldest first within each priority.
-- For: the console's page of the work.
-- :limit = 51
SELECT
    job.id AS id,
    job.item_type AS item_type,
    job.item_id AS item_id,
    job.action AS action,
    job.priority AS priority,
    substr(job.reason, 1, 300) AS reason,
    job.assigned_to AS assigned_to,
    job.attempts AS attempts,
    job.max_attempts AS max_attempts,
    job.created_at AS created_at,
    job.locked_by AS locked_by,
    job.locked_until AS locked_until,
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
    job.status = 'processing'
ORDER BY
    job.priority,
    job.created_at
LIMIT
    :limit;
