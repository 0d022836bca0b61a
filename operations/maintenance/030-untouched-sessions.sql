-- Sessions that were not accessed for 7 days become abandoned.
--
-- Why: the application offers to resume active sessions, and v_active_sessions counts them.
-- After: 7 days since last_accessed_at, which does not change. Completed sessions stay completed.
--
-- idx_user_sessions_status_last_accessed_at finds the candidates: by day, with a margin of two days, because a time with
-- an offset such as +02:00 may have another day than in UTC. The last condition decides.
--
-- Takes:
SELECT
    session.id
FROM
    user_sessions AS session
WHERE
    session.status = 'active'
    AND session.last_accessed_at < date(:now, '-5 days')
    AND session.last_accessed_at GLOB '????-??-??*'
    AND julianday(session.last_accessed_at) <= julianday(:now, '-7 days');

-- Leaves alone: active, but last_accessed_at is not a time.
SELECT
    session.id
FROM
    user_sessions AS session
WHERE
    session.status = 'active'
    AND (
        session.last_accessed_at NOT GLOB '????-??-??*'
        OR julianday(session.last_accessed_at) IS NULL
    );

-- Does:
UPDATE user_sessions
SET
    status = 'abandoned'
WHERE
    id IN (
        SELECT
            due.id
        FROM
            due
    );
