-- The latest runs of each bot, and why those failed that did; the bots in the order of their names and the latest run first.
-- For: the console's page of the work.
-- :runs = 30
-- Sorts: the runs that it gives.
WITH RECURSIVE
    bot (name) AS (
        SELECT
            min(bot_name)
        FROM
            bot_runs
        UNION ALL
        SELECT
            (
                SELECT
                    min(later.bot_name)
                FROM
                    bot_runs AS later
                WHERE
                    later.bot_name > bot.name
            )
        FROM
            bot
        WHERE
            bot.name IS NOT NULL
    )
SELECT
    run.id AS id,
    run.bot_name AS bot_name,
    run.started_at AS started_at,
    run.completed_at AS completed_at,
    run.status AS status,
    run.items_processed AS items_processed,
    CASE
        WHEN run.status = 'failed' THEN substr(
            coalesce(
                run.summary ->> '$.error',
                run.summary ->> '$.message'
            ),
            1,
            300
        )
    END AS reason
FROM
    bot
    CROSS JOIN bot_runs AS run ON run.id IN (
        SELECT
            latest.id
        FROM
            bot_runs AS latest
        WHERE
            latest.bot_name = bot.name
        ORDER BY
            latest.started_at DESC
        LIMIT
            :runs
    )
ORDER BY
    run.bot_name,
    run.started_at DESC;
