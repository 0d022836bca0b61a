-- The latest runs of a bot.
-- For: the monitor of the bots, when a bot is chosen.
-- :bot = 'verifier'
-- :limit = 20
SELECT
    id,
    started_at,
    completed_at,
    status,
    items_processed,
    items_created,
    items_updated,
    items_deleted,
    summary
FROM
    bot_runs
WHERE
    bot_name = :bot
ORDER BY
    started_at DESC
LIMIT
    :limit;
