-- The jobs on an item, the latest first.
-- For: the console's page of a question.
-- :item_type = 'question'
-- :item_id = 'q-8'
-- :limit = 20
-- Sorts: the few jobs on one item.
SELECT
    id,
    action,
    status,
    assigned_to,
    created_at,
    processed_at
FROM
    work_queue
WHERE
    item_id = :item_id
    AND item_type = :item_type
ORDER BY
    created_at DESC,
    id DESC
LIMIT
    :limit;
