-- Active sessions that were not accessed for more than 7 days.
-- Level: note
-- Why: They count as activity although their users have left.
-- Remedy: Run `pnpm db:maintain`, which marks them as abandoned.
SELECT
    session.id AS id,
    session.last_accessed_at AS last_accessed_at
FROM
    user_sessions AS session
WHERE
    session.status = 'active'
    AND session.last_accessed_at GLOB '????-??-??*'
    AND julianday(session.last_accessed_at) <= julianday('now', '-7 days')
ORDER BY
    session.last_accessed_at,
    session.id;
