-- Whether an action is already queued for an item; no row means no.
-- For: the bots, before they queue one.
-- :item_id = 'q-29'
-- :item_type = 'question'
-- :action = 'verify'
SELECT
    id,
    status,
    priority
FROM
    work_queue
WHERE
    item_id = :item_id
    AND item_type = :item_type
    AND action = :action
    AND status IN ('pending', 'processing');
