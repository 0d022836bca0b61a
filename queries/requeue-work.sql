-- Returns a failed job to the queue with all its attempts, unless the same job is open again.
-- For: `pnpm bot:queue retry`.
-- :job_id = 2
UPDATE work_queue
SET
    status = 'pending',
    attempts = 0,
    processed_at = NULL,
    locked_by = NULL,
    run_after = strftime('%Y-%m-%dT%H:%M:%fZ', 'now'),
    result = NULL
WHERE
    id = :job_id
    AND status = 'failed'
    AND NOT EXISTS (
        SELECT
            1
        FROM
            work_queue AS open
        WHERE
            open.item_id = work_queue.item_id
            AND open.item_type = work_queue.item_type
            AND open.action = work_queue.action
            AND open.status IN ('pending', 'processing')
    )
RETURNING
    id;
