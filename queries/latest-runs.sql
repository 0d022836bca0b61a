-- The latest runs of all bots.
-- For: the monitor of the bots.
-- :limit = 20
-- Scans: reads an index from its end and stops at the limit.
SELECT
    id,
    bot_name,
    started_at,
    completed_at,
    status,
    items_processed,
    items_created,
    items_updated,
    items_deleted
FROM
    bot_runs
ORDER BY
    started_at DESC
LIMIT
    :limit;
