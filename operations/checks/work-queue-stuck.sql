-- Items of the work queue that have been in work for more than a day.
-- Level: note
-- Why: The bot that took them has most likely died, and no other bot takes them while they are processing. When it
--     took them is not noted, only when they were asked for.
-- Remedy: Give them back: UPDATE work_queue SET status = 'pending', assigned_to = NULL WHERE id = <id> AND status =
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
