-- Completed runs of bots are deleted after 90 days.
--
-- Why: v_bot_run_success counts every run, so old runs hide the present state of a bot. Its actions stay in bot_ledger.
-- After: more than 90 days since completed_at. Running and failed runs stay at any age.
--
-- A run begins before it ends, so idx_bot_runs_started_at finds the candidates: by day, with a margin of two days, because
-- a time with an offset such as +02:00 may have another day than in UTC. The last condition decides.
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
