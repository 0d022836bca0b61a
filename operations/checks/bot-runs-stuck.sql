-- Bot runs that have been running for more than a day.
-- Level: warning
-- Why: The bot has died without a report; its success rate does not include the run.
-- Remedy: UPDATE bot_runs SET status = 'failed', completed_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now') WHERE id = <id>
--     AND status = 'running'.
SELECT
    run.id AS id,
    run.bot_name AS bot_name,
    run.started_at AS started_at
FROM
    bot_runs AS run
WHERE
    run.status = 'running'
    AND julianday(run.started_at) < julianday('now') - 1
ORDER BY
    run.started_at,
    run.id;
