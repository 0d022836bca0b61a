-- Per status: how many items, how many of them urgent, and how old the oldest is.
-- For: the monitor of the bots, and alarms.
-- Scans: counts all of a small table, in the order of an index.
SELECT
    status,
    items,
    urgent_items,
    oldest_created_at,
    oldest_age_days
FROM
    v_queue_health;
