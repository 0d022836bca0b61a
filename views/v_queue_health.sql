CREATE VIEW v_queue_health AS
/*
 * One row is one status of the work queue with the items in it.
 * Old pending items mean that no bot claims them; old processing items mean that a bot died.
 */
SELECT
    -- pending, processing, completed or failed.
    item.status AS status,
    -- How many items have this status.
    count(*) AS items,
    -- How many of them are urgent (priority 1 to 3).
    sum(item.priority <= 3) AS urgent_items,
    -- When the oldest of them was requested.
    min(item.created_at) AS oldest_created_at,
    -- How many days ago that was, with two decimals.
    round(
        julianday('now') - julianday(min(item.created_at)),
        2
    ) AS oldest_age_days
FROM
    work_queue AS item
GROUP BY
    item.status;
