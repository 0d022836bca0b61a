CREATE VIEW v_bot_run_success AS
/* One row is one bot with how its runs ended and what they did. */
SELECT
    -- The bot.
    run.bot_name AS bot_name,
    -- All its runs that are recorded.
    count(*) AS total_runs,
    -- Those that ended well.
    sum(run.status = 'completed') AS completed_runs,
    -- Those that failed.
    sum(run.status = 'failed') AS failed_runs,
    -- Those that have not ended.
    sum(run.status = 'running') AS running_runs,
    -- How many of those that ended did so well, in percent with one decimal; NULL while none has ended.
    round(
        100.0 * sum(run.status = 'completed') / nullif(sum(run.status <> 'running'), 0),
        1
    ) AS success_rate,
    -- Items looked at in all runs.
    sum(run.items_processed) AS items_processed,
    -- Items created in all runs.
    sum(run.items_created) AS items_created,
    -- Items changed in all runs.
    sum(run.items_updated) AS items_updated,
    -- Items deleted in all runs.
    sum(run.items_deleted) AS items_deleted,
    -- When the latest run began.
    max(run.started_at) AS last_started_at
FROM
    bot_runs AS run
GROUP BY
    run.bot_name;
