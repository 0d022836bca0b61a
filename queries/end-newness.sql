-- Clears is_new of questions that were created before a time. No history, because is_new is bookkeeping.
-- An index finds the few that are still new; by created_at alone, nearly every question would be read.
-- For: maintenance.
-- :before = '2026-11-15T12:00:00.000Z'
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
    AND created_at < :before;
