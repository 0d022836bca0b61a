-- Cancels an open job, also one that a worker holds: it cannot complete it any more.
-- For: `pnpm bot:queue cancel`.
-- :job_id = 4
-- :by = 'operator'
-- :reason = 'not needed any more'
UPDATE work_queue
SET
    status = 'failed',
    processed_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now'),
    locked_until = NULL,
    result = json_object(
        'cancelled',
        json('true'),
        'by',
        :by,
        'reason',
        :reason
    )
WHERE
    id = :job_id
    AND status IN ('pending', 'processing')
RETURNING
    id;
