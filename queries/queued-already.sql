-- Whether something is asked for already and not yet done; no row means no.
-- For: the bots, before they ask.
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
