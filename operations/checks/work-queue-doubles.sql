-- Open items that are in the work queue more than once.
-- Level: note
-- Why: Two bots do the same work, and the later one overwrites what the earlier one did.
-- Remedy: Abandon the later one: UPDATE work_queue SET status = 'failed', reason = 'queued twice' WHERE id =
--     <last_id> AND status = 'pending'.
SELECT
    item.item_type AS item_type,
    item.item_id AS item_id,
    item.action AS action,
    count(*) AS items,
    -- An item that a bot has claimed is not abandoned.
    max(iif(item.status = 'pending', item.id, NULL)) AS last_id
FROM
    work_queue AS item
WHERE
    item.status IN ('pending', 'processing')
GROUP BY
    item.item_type,
    item.item_id,
    item.action
HAVING
    count(*) > 1
ORDER BY
    items DESC,
    item.item_id;
