-- Open items that stand in the work queue more than once.
-- Level: note
-- Why: Two bots do the same work, and the later one overwrites what the earlier one did.
-- Remedy: Give up the later one: UPDATE work_queue SET status = 'failed', reason = 'queued twice' WHERE id =
--     <last_id> AND status = 'pending'.
SELECT
    item.item_type AS item_type,
    item.item_id AS item_id,
    item.action AS action,
    count(*) AS items,
    -- What a bot is at already is not given up.
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
