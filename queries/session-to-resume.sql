-- The active session of a test, an interview, a certification or a channel.
-- For: resuming a session.
-- :session_key = 'key-9'
-- :session_type = 'test'
SELECT
    id,
    title,
    progress,
    total_items,
    completed_items,
    session_data,
    last_accessed_at
FROM
    user_sessions
WHERE
    session_key = :session_key
    AND session_type = :session_type
    AND status = 'active';
