-- Bots: results and duration of their runs, and when the last one began.
--
-- success_percent is the share among ended runs. Maintenance deletes completed runs after 90 days, so old failed runs
-- weigh more.
SELECT
    success.bot_name AS bot,
    success.total_runs AS runs,
    success.failed_runs AS failed,
    success.running_runs AS running,
    success.success_rate AS success_percent,
    duration.average_seconds AS average_seconds,
    duration.longest_seconds AS longest_seconds,
    success.last_started_at AS last_run
FROM
    v_bot_run_success AS success
    LEFT JOIN (
        SELECT
            run.bot_name AS bot_name,
            round(
                avg(
                    julianday(run.completed_at) - julianday(run.started_at)
                ) * 86400,
                1
            ) AS average_seconds,
            round(
                max(
                    julianday(run.completed_at) - julianday(run.started_at)
                ) * 86400,
                1
            ) AS longest_seconds
        FROM
            bot_runs AS run
        WHERE
            run.status <> 'running'
        GROUP BY
            run.bot_name
    ) AS duration ON duration.bot_name = success.bot_name
ORDER BY
    success.bot_name;
