-- Per type: how many sessions are under way, how far they are on average, and how many items were done.
-- For: the monitor.
-- Sorts: the sessions under way, to group them by type.
SELECT
    session_type,
    session_count,
    average_progress,
    completed_items
FROM
    v_active_sessions;
