-- Returns a claimed job to the queue after a failed attempt, to be due after a growing pause, or fails it after the last
-- attempt; the error is kept in its result.
-- For: the bots.
-- Sorts: the last errors of the job.
-- :job_id = 1
-- :worker = 'processor@host-1/4711-9f3c/1'
-- :attempt = 1
-- :error = 'timed-out: no answer within 60 seconds'
-- :back_off = 30
-- :jitter = 1.1
UPDATE work_queue
SET
    status = iif(attempts >= max_attempts, 'failed', 'pending'),
    processed_at = iif(
        attempts >= max_attempts,
        strftime('%Y-%m-%dT%H:%M:%fZ', 'now'),
        NULL
    ),
    run_after = strftime(
        '%Y-%m-%dT%H:%M:%fZ',
        'now',
        (
            :jitter * min(3600, :back_off * (1 << min(attempts - 1, 20)))
        ) || ' seconds'
    ),
    locked_until = NULL,
    result = json_set(
        -- The pauses before are over.
        json_remove(coalesce(result, '{}'), '$.snoozedSince'),
        '$.errors',
        (
            SELECT
                json_group_array(value)
            FROM
                (
                    SELECT
                        - 1 AS place,
                        :error AS value
                    UNION ALL
                    SELECT
                        key AS place,
                        value
                    FROM
                        json_each(coalesce(result -> '$.errors', '[]'))
                    ORDER BY
                        place
                    LIMIT
                        5
                )
        )
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
