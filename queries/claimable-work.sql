-- The jobs that are due, in the order in which bots claim them; those of other bots do not hold up a bot.
-- For: the console's page of the work.
-- :now = '2026-12-01T00:00:00.000Z'
-- :limit = 51
-- Sorts: the jobs of each priority until the page is full.
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
    job.run_after AS run_after,
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
    job.status = 'pending'
    AND job.run_after <= :now
ORDER BY
    job.priority,
    job.run_after
LIMIT
    :limit;
