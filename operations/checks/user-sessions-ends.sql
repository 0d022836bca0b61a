-- Sessions whose status and completed_at contradict each other.
-- Level: warning
-- Why: Reports of completed and of active sessions disagree.
-- Remedy: If it has no time: UPDATE user_sessions SET completed_at = last_accessed_at WHERE id = '<id>' AND status =
--     'completed' AND completed_at IS NULL; if it has ended: UPDATE user_sessions SET status = 'completed' WHERE id =
--     '<id>' AND completed_at >= started_at; if it ended before it began, correct the wrong time.
SELECT
    session.id AS id,
    session.status AS status,
    session.started_at AS started_at,
    session.completed_at AS completed_at
FROM
    user_sessions AS session
WHERE
    (
        session.status = 'completed'
        AND session.completed_at IS NULL
    )
    OR (
        session.status <> 'completed'
        AND session.completed_at IS NOT NULL
    )
    OR julianday(session.completed_at) < julianday(session.started_at)
ORDER BY
    session.id;
