-- The active sessions of a user in a test, an interview, a certification, a channel or a training.
-- The key finds the few sessions of what is worked through; by the user, those of all visitors would be read.
-- For: resuming a session. The user is NULL for a visitor who is not signed in.
-- :user_id = 'user-4'
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
    AND + user_id IS :user_id
    AND status = 'active';
