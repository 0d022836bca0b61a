-- The bots that have an entry in the ledger, found by skipping from one to the next in an index.
-- For: the pages of the console that show the ledger.
WITH RECURSIVE
    bot (name) AS (
        SELECT
            min(bot_name)
        FROM
            bot_ledger
        UNION ALL
        SELECT
            (
                SELECT
                    min(later.bot_name)
                FROM
                    bot_ledger AS later
                WHERE
                    later.bot_name > bot.name
            )
        FROM
            bot
        WHERE
            bot.name IS NOT NULL
    )
SELECT
    name AS bot_name
FROM
    bot
WHERE
    name IS NOT NULL;
