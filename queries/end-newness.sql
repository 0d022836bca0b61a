-- Clears is_new of questions that were created at least 7 days before a time, by the rule `new-questions` of `pnpm db:maintain`.
-- No history, because is_new is bookkeeping.
-- An index finds the few that are still new; by created_at alone, nearly every question would be read.
-- For: maintenance.
-- :now = '2026-11-22T12:00:00.000Z'
-- Scans: finds the new questions in a covering index.
UPDATE questions
SET
    is_new = 0
WHERE
    rowid IN (
        SELECT
            rowid
        FROM
            questions
        WHERE
            is_new = 1
    )
    AND created_at GLOB '????-??-??*'
    AND julianday(created_at) <= julianday(:now, '-7 days');
