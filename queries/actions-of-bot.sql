-- The latest actions of a bot.
-- For: the monitor of the bots, when a bot is chosen.
-- :bot = 'verifier'
-- :limit = 50
SELECT
    id,
    action,
    item_type,
    item_id,
    reason,
    created_at
FROM
    bot_ledger
WHERE
    bot_name = :bot
ORDER BY
    created_at DESC
LIMIT
    :limit;
