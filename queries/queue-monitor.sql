-- All items, the urgent ones first and the latest of each priority on top.
-- For: the monitor of the bots.
-- :limit = 50
-- Scans: reads an index in the order asked for and stops at the limit.
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
