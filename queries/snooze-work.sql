-- Returns a claimed job to the queue without counting the attempt, to be due after a pause. After a day of that each
-- further attempt counts.
-- For: the bots: a server that asks to wait, a spent budget, the end of a worker.
-- :job_id = 1
-- :worker = 'processor@host-1/4711-9f3c/1'
-- :attempt = 1
-- :pause = 3600
UPDATE work_queue
SET
    status = iif(
        attempts >= max_attempts
        AND julianday(result ->> '$.snoozedSince') < julianday('now') - 1,
        'failed',
        'pending'
    ),
    processed_at = iif(
        attempts >= max_attempts
        AND julianday(result ->> '$.snoozedSince') < julianday('now') - 1,
        strftime('%Y-%m-%dT%H:%M:%fZ', 'now'),
        NULL
    ),
    attempts = attempts - (
        coalesce(
            julianday(result ->> '$.snoozedSince'),
            julianday('now')
        ) >= julianday('now') - 1
    ),
    run_after = strftime('%Y-%m-%dT%H:%M:%fZ', 'now', :pause || ' seconds'),
    locked_until = NULL,
    result = iif(
        :pause > 0
        AND result ->> '$.snoozedSince' IS NULL,
        json_set(
            coalesce(result, '{}'),
            '$.snoozedSince',
            strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
        ),
        result
    )
WHERE
    id = :job_id
    AND status = 'processing'
    AND locked_by = :worker
    AND attempts = :attempt
RETURNING
    id,
    status,
    run_after;
