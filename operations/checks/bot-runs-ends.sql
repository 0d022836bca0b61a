-- Bot runs whose status and completed_at contradict each other.
-- Level: warning
-- Why: The duration of runs is unknown, and maintenance removes completed runs by the time they ended.
-- Remedy: If it has no end: UPDATE bot_runs SET completed_at = started_at WHERE id = <id> AND status <> 'running' AND
--     completed_at IS NULL; if it has ended: UPDATE bot_runs SET status = 'completed' WHERE id = <id> AND status =
--     'running' AND completed_at >= started_at; if it ended before it began, correct the wrong time.
SELECT
    run.id AS id,
    run.bot_name AS bot_name,
    run.status AS status,
    run.started_at AS started_at,
    run.completed_at AS completed_at
FROM
    bot_runs AS run
WHERE
    (
        run.status <> 'running'
        AND run.completed_at IS NULL
    )
    OR (
        run.status = 'running'
        AND run.completed_at IS NOT NULL
    )
    OR julianday(run.completed_at) < julianday(run.started_at)
ORDER BY
    run.id;
