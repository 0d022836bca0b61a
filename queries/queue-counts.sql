-- The number of items by status, action and type.
-- For: the monitor of the bots.
-- Scans: counts all of a small table; an index would slow down each write.
-- Sorts: groups the same small table.
SELECT
    status,
    action,
    item_type,
    count(*) AS items
FROM
    work_queue
GROUP BY
    status,
    action,
    item_type;
