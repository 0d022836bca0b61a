-- Returns the jobs whose lease has ended to the queue, or fails them after their last attempt. A job that was taken by a
-- program without leases counts as abandoned a day after it was created.
-- For: the bots, at their start and from time to time.
-- Sorts: the last errors of the job.
-- :back_off = 30
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
        min(
            3600,
            :back_off * (1 << min(max(attempts - 1, 0), 20))
        ) || ' seconds'
    ),
    locked_until = NULL,
    result = json_set(
        coalesce(result, '{}'),
        '$.errors',
        (
            SELECT
                json_group_array(value)
            FROM
                (
                    SELECT
                        - 1 AS place,
                        'the lease of ' || coalesce(locked_by, assigned_to, 'no worker') || ' ended' AS value
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
    status = 'processing'
    AND coalesce(
        julianday(locked_until),
        julianday(created_at) + 1
    ) < julianday('now')
RETURNING
    id,
    status;
