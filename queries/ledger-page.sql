-- A page of the ledger, the latest action first: those before an action, or from the latest one on.
-- For: the console's page of the work.
-- :action = NULL
-- :before_at = '9999'
-- :before_id = 0
-- :limit = 51
SELECT
    entry.id AS id,
    entry.bot_name AS bot_name,
    entry.action AS action,
    entry.item_type AS item_type,
    entry.item_id AS item_id,
    substr(entry.reason, 1, 300) AS reason,
    entry.created_at AS created_at,
    entry.item_type = 'question'
    AND EXISTS (
        SELECT
            1
        FROM
            questions AS question
        WHERE
            question.id = entry.item_id
    ) AS is_known
FROM
    bot_ledger AS entry
WHERE
    (
        :action IS NULL
        OR entry.action = :action
    )
    AND (entry.created_at, entry.id) < (:before_at, :before_id)
ORDER BY
    entry.created_at DESC,
    entry.id DESC
LIMIT
    :limit;
