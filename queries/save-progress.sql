-- Saves the progress of a session. A trigger updates last_accessed_at.
-- For: every answer in a session.
-- :session_id = 'session-7'
-- :progress = 45
-- :completed_items = 9
-- :session_data = '{"current": 10}'
UPDATE user_sessions
SET
    progress = :progress,
    completed_items = :completed_items,
    session_data = :session_data
WHERE
    id = :session_id;
