-- Waiting jobs that are assigned to a name that takes no jobs.
-- Level: warning
-- Why: Only the verifier and the processor claim jobs; these wait forever.
-- Remedy: Let a bot assign them by their action: UPDATE work_queue SET assigned_to = NULL WHERE id = <id> AND status = 'pending'.
SELECT
    item.id AS id,
    item.action AS action,
    item.item_id AS item_id,
    item.assigned_to AS assigned_to,
    item.created_at AS created_at
FROM
    work_queue AS item
WHERE
    item.status = 'pending'
    AND item.assigned_to NOT IN ('verifier', 'processor')
ORDER BY
    item.created_at,
    item.id;
