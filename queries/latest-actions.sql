-- The latest actions of all bots.
-- For: the monitor of the bots.
-- :limit = 50
-- Scans: reads an index from its end and stops at the limit.
SELECT
    id,
    bot_name,
    action,
    item_type,
    item_id,
    reason,
    created_at
FROM
    bot_ledger
ORDER BY
    created_at DESC
LIMIT
    :limit;
