-- Marks sessions as abandoned that were not accessed for 7 days before a time, by the rule `untouched-sessions` of
-- `pnpm db:maintain`. The index finds the candidates by day; the last condition decides.
-- For: maintenance.
-- :now = '2026-11-22T12:00:00.000Z'
UPDATE user_sessions
SET
    status = 'abandoned'
WHERE
    status = 'active'
    AND last_accessed_at < date(:now, '-5 days')
    AND last_accessed_at GLOB '????-??-??*'
    AND julianday(last_accessed_at) <= julianday(:now, '-7 days');
