-- A job of the queue with all its columns.
-- For: the bots after a lost answer, `pnpm bot:queue show`.
-- :job_id = 7
SELECT
    id,
    item_type,
    item_id,
    action,
    priority,
    status,
    reason,
    created_by,
    assigned_to,
    created_at,
    processed_at,
    result,
    attempts,
    max_attempts,
    run_after,
    locked_by,
    locked_until
FROM
    work_queue
WHERE
    id = :job_id;
