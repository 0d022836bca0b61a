-- Returns a claimed job to the queue without counting the attempt, to be due after a pause. After a day of pauses each further
-- one counts, and the last one fails the job; a return without a pause never counts.
-- For: the bots: a server that asks to wait, a spent budget, the end of a worker.
-- :job_id = 1
-- :worker = 'processor@host-1/4711-9f3c/1'
-- :attempt = 1
-- :pause = 3600
-- :reason = 'rate-limited: the server asks to wait'
UPDATE work_queue
SET
    status = iif(
        :pause > 0
        AND attempts >= max_attempts
        AND julianday(result ->> '$.snoozedSince') < julianday('now') - 1,
        'failed',
        'pending'
    ),
    processed_at = iif(
        :pause > 0
        AND attempts >= max_attempts
        AND julianday(result ->> '$.snoozedSince') < julianday('now') - 1,
        strftime('%Y-%m-%dT%H:%M:%fZ', 'now'),
        NULL
    ),
    attempts = attempts - (
        :pause = 0
        OR coalesce(
            julianday(result ->> '$.snoozedSince'),
            julianday('now')
        ) >= julianday('now') - 1
    ),
    run_after = strftime('%Y-%m-%dT%H:%M:%fZ', 'now', :pause || ' seconds'),
    locked_until = NULL,
    result = iif(
        :pause > 0,
        json_set(
            coalesce(result, '{}'),
            '$.snoozedSince',
            coalesce(
                result ->> '$.snoozedSince',
                strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
            ),
            '$.snoozedFor',
            :reason
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
