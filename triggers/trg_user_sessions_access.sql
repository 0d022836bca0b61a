CREATE TRIGGER trg_user_sessions_access
/*
 * Lets last_accessed_at follow the progress of a session. A value that the writer sets wins.
 * Completing a session is no access: completed_at says when that was.
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
