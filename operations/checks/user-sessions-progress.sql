-- Sessions whose progress does not follow from their items.
-- Level: warning
-- Why: The user sees another progress than the list of items shows.
-- Remedy: UPDATE user_sessions SET completed_items = min(completed_items, total_items), progress = round(100.0 *
--     min(completed_items, total_items) / total_items) WHERE id = '<id>' AND total_items > 0. Where there are no items at
--     all, look at session_data for how many there were.
SELECT
    session.id AS id,
    session.progress AS progress,
    session.completed_items AS completed_items,
    session.total_items AS total_items
FROM
    user_sessions AS session
WHERE
    session.completed_items > session.total_items
    -- However the application rounds.
    OR abs(
        session.progress - 100.0 * session.completed_items / nullif(session.total_items, 0)
    ) > 1
ORDER BY
    session.id;
