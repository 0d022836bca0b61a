-- Marks sessions as abandoned that were not accessed since a time.
-- For: maintenance.
-- :before = '2026-01-08T00:00:00.000Z'
UPDATE user_sessions
SET
    status = 'abandoned'
WHERE
    status = 'active'
    AND last_accessed_at < :before;
