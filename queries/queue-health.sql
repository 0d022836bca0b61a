-- By status: the number of items and of urgent items, and the age of the oldest.
-- For: the monitor of the bots, and alarms.
-- Scans: counts all of a small table, ordered by an index.
SELECT
    status,
    items,
    urgent_items,
    oldest_created_at,
    oldest_age_days
FROM
    v_queue_health;
