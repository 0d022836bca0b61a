-- Completed runs of bots go after 90 days.
--
-- Why: v_bot_run_success counts every run that is there, so old ones hide how a bot does now. What a bot changed stays in
--     bot_ledger.
-- After: more than 90 days, counted from completed_at. Running and failed runs stay, however old they are.
--
-- A run begins before it ends, so idx_bot_runs_started_at finds the candidates: by their day, with two days to spare,
-- because a text with an offset such as +02:00 may name another day than UTC. The last condition decides.
--
-- Takes:
SELECT
    run.id
FROM
    bot_runs AS run
WHERE
    run.status = 'completed'
    AND run.started_at < date(:now, '-88 days')
    AND run.completed_at GLOB '????-??-??*'
    AND julianday(run.completed_at) < julianday(:now, '-90 days');

-- Leaves alone: completed, but completed_at or started_at is missing or not a time.
SELECT
    run.id
FROM
    bot_runs AS run
WHERE
    run.status = 'completed'
    AND (
        run.completed_at NOT GLOB '????-??-??*'
        OR julianday(run.completed_at) IS NULL
        OR run.started_at NOT GLOB '????-??-??*'
    );

-- Does:
DELETE FROM bot_runs
WHERE
    id IN (
        SELECT
            due.id
        FROM
            due
    );
