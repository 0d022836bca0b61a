-- By bot: the results of its runs, and the items they processed.
-- For: the monitor of the bots.
-- Scans: reads every run once, ordered by bot.
SELECT
    bot_name,
    total_runs,
    completed_runs,
    failed_runs,
    running_runs,
    success_rate,
    last_started_at
FROM
    v_bot_run_success;
