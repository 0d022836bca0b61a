CREATE VIEW v_queue_health AS
/*
 * One row is one status of the work queue and one bot, with the jobs of both.
 * Jobs that have been due for long mean that their bot does not run; leases that have ended mean that a worker died, and that
 * no worker has run since.
 */
SELECT
    -- pending, processing, completed or failed.
    item.status AS status,
    -- The bot that should do them; NULL where none has been assigned yet.
    item.assigned_to AS assigned_to,
    -- How many jobs these are.
    count(*) AS items,
    -- How many of them are urgent (priority 1 to 3).
    sum(item.priority <= 3) AS urgent_items,
    -- How many of them are waiting and due.
    sum(
        item.status = 'pending'
        AND item.run_after <= strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
    ) AS due_items,
    -- For how many seconds the first of those has been due; NULL where none is.
    round(
        86400 * (
            julianday('now') - min(
                iif(
                    item.status = 'pending'
                    AND item.run_after <= strftime('%Y-%m-%dT%H:%M:%fZ', 'now'),
                    julianday(item.run_after),
                    NULL
                )
            )
        )
    ) AS longest_due_seconds,
    -- How many are held by a lease that has ended, or were taken without one over a day ago.
    sum(
        item.status = 'processing'
        AND coalesce(
            julianday(item.locked_until),
            julianday(item.created_at) + 1
        ) < julianday('now')
    ) AS ended_leases,
    -- How many have had more than one attempt.
    sum(item.attempts > 1) AS retried_items,
    -- How many failed in the last 24 hours.
    sum(
        item.status = 'failed'
        AND item.processed_at >= strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '-1 day')
    ) AS failed_in_a_day,
    -- When the oldest of them was requested.
    min(item.created_at) AS oldest_created_at,
    -- How many days ago that was, with two decimals.
    round(
        julianday('now') - julianday(min(item.created_at)),
        2
    ) AS oldest_age_days
FROM
    work_queue AS item
GROUP BY
    item.status,
    item.assigned_to;
