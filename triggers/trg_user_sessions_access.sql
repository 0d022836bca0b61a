CREATE TRIGGER trg_user_sessions_access
/*
 * Sets last_accessed_at when a session makes progress, unless the writer sets it.
 * Completing a session does not set it: completed_at has that time.
 */
AFTER UPDATE OF progress, completed_items, session_data
ON user_sessions
WHEN NEW.last_accessed_at IS OLD.last_accessed_at
AND NEW.status <> 'completed'
AND (NEW.progress, NEW.completed_items, NEW.session_data) IS NOT (OLD.progress, OLD.completed_items, OLD.session_data)
BEGIN
    UPDATE user_sessions
    SET last_accessed_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
    WHERE id = NEW.id;
END;
