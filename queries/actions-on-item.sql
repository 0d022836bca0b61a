-- The actions of bots on an item, the latest first.
-- For: the page of a question's history, and undoing an action.
-- :item_type = 'question'
-- :item_id = 'q-42'
SELECT
    id,
    bot_name,
    action,
    before_state,
    after_state,
    reason,
    created_at
FROM
    bot_ledger
WHERE
    item_id = :item_id
    AND item_type = :item_type
ORDER BY
    created_at DESC;
