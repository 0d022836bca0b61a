-- By type: the number of active sessions, their average progress, and the items completed.
-- For: the monitor.
-- Sorts: groups the active sessions by type.
SELECT
    session_type,
    session_count,
    average_progress,
    completed_items
FROM
    v_active_sessions;
