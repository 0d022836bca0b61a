-- The active sessions of a user, the latest first.
-- For: the user's own page.
-- :user_id = 'user-8'
-- :limit = 20
SELECT
    id,
    session_type,
    title,
    subtitle,
    progress,
    total_items,
    completed_items,
    last_accessed_at
FROM
    user_sessions
WHERE
    user_id = :user_id
    AND status = 'active'
ORDER BY
    last_accessed_at DESC
LIMIT
    :limit;
