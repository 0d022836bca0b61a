-- Items of the work queue that have been processing for more than a day.
-- Level: note
-- Why: The bot that claimed them has most likely died, and no other bot claims them while they are processing. Only their
--     time of creation is recorded, not that of the claim.
-- Remedy: Return them to the queue: UPDATE work_queue SET status = 'pending', assigned_to = NULL WHERE id = <id> AND status =
--     'processing'.
SELECT
    item.id AS id,
    item.action AS action,
    item.item_id AS item_id,
    item.assigned_to AS assigned_to,
    item.created_at AS created_at
FROM
    work_queue AS item
WHERE
    item.status = 'processing'
    AND julianday(coalesce(item.processed_at, item.created_at)) < julianday('now') - 1
ORDER BY
    item.created_at,
    item.id;
