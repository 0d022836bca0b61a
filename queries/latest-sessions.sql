-- The active sessions, the latest first.
-- For: the start page of a user who is not signed in, and the monitor.
-- :limit = 20
SELECT
    id,
    session_type,
    session_key,
    title,
    progress,
    last_accessed_at
FROM
    user_sessions
WHERE
    status = 'active'
ORDER BY
    last_accessed_at DESC
LIMIT
    :limit;
