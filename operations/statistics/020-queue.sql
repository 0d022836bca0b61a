-- Queue: open items of the bots, and how long they have waited.
--
-- Jobs that have been due for long mean that their bot does not run; ended leases mean that a worker died.
SELECT
    health.status AS status,
    health.assigned_to AS bot,
    health.items AS items,
    health.urgent_items AS urgent,
    health.due_items AS due,
    health.longest_due_seconds AS due_for_seconds,
    health.ended_leases AS ended_leases,
    health.retried_items AS retried,
    health.failed_in_a_day AS failed_today,
    health.oldest_age_days AS oldest_days
FROM
    v_queue_health AS health
ORDER BY
    instr(
        'pending processing failed completed',
        health.status
    ),
    health.assigned_to;
