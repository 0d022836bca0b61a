-- Per bot: how its runs ended, and what they did.
-- For: the monitor of the bots.
-- Scans: reads every run once, in the order of the bots.
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
