-- All items by priority, the latest first within each.
-- For: the monitor of the bots.
-- :limit = 50
-- Scans: reads an index in the requested order and stops at the limit.
SELECT
    id,
    item_type,
    item_id,
    action,
    priority,
    status,
    assigned_to,
    created_at,
    processed_at
FROM
    work_queue
ORDER BY
    priority,
    created_at DESC
LIMIT
    :limit;
