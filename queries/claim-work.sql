-- Claims the most urgent job of a bot that is due, the one that has been due longest, and returns it; no row means that
-- nothing is due. Two concurrent workers claim different jobs. A worker that holds a job already, because the answer to its
-- claim was lost, is given the same job without another attempt.
-- For: the bots, in a loop. An action list keeps to jobs of these actions.
-- :bot = 'processor'
-- :worker = 'processor@host-1/4711-9f3c/1'
-- :lease = 120
-- :actions = NULL
UPDATE work_queue
SET
    status = 'processing',
    attempts = attempts + (status = 'pending'),
    locked_by = :worker,
    locked_until = strftime('%Y-%m-%dT%H:%M:%fZ', 'now', :lease || ' seconds')
WHERE
    id = coalesce(
        (
            SELECT
                held.id
            FROM
                work_queue AS held
            WHERE
                held.status = 'processing'
                AND held.assigned_to = :bot
                AND held.locked_by = :worker
        ),
        (
            SELECT
                due.id
            FROM
                generate_series (1, 10) AS urgency
                CROSS JOIN work_queue AS due ON due.id = (
                    SELECT
                        first.id
                    FROM
                        work_queue AS first
                    WHERE
                        first.status = 'pending'
                        AND first.assigned_to = :bot
                        AND first.priority = urgency.value
                        AND first.run_after <= strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
                        AND (
                            :actions IS NULL
                            OR first.action IN (
                                SELECT
                                    value
                                FROM
                                    json_each(:actions)
                            )
                        )
                    ORDER BY
                        first.run_after
                    LIMIT
                        1
                )
            LIMIT
                1
        )
    )
RETURNING
    id,
    item_type,
    item_id,
    action,
    priority,
    reason,
    attempts,
    max_attempts,
    created_at,
    result;
