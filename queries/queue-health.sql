-- By status and bot: the jobs, those that are due and for how long, ended leases, retries and failures.
-- For: the monitor of the bots, and alarms.
-- Scans: counts all of a small table, ordered by an index.
SELECT
    status,
    assigned_to,
    items,
    urgent_items,
    due_items,
    longest_due_seconds,
    ended_leases,
    retried_items,
    failed_in_a_day,
    oldest_created_at,
    oldest_age_days
FROM
    v_queue_health;
