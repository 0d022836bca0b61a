-- How many items there are of each status, action and type.
-- For: the monitor of the bots.
-- Scans: counts all of a small table; an index would be written to on each change.
-- Sorts: the same small table, to group it.
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
