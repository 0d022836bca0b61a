-- Sessions whose progress does not match their items.
-- Level: warning
-- Why: The user sees a progress that contradicts the list of items.
-- Remedy: UPDATE user_sessions SET completed_items = min(completed_items, total_items), progress = round(100.0 *
--     min(completed_items, total_items) / total_items) WHERE id = '<id>' AND total_items > 0. If there are no items,
--     session_data shows how many there were.
SELECT
    session.id AS id,
    session.progress AS progress,
    session.completed_items AS completed_items,
    session.total_items AS total_items
FROM
    user_sessions AS session
WHERE
    session.completed_items > session.total_items
    -- Allows for any rounding.
    OR abs(
        session.progress - 100.0 * session.completed_items / nullif(session.total_items, 0)
    ) > 1
ORDER BY
    session.id;
