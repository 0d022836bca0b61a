-- Ends the first seven days of the questions that are older. No history: is_new only keeps books.
-- The few that are still new are found in an index; by created_at alone, nearly every question would be read.
-- For: maintenance.
-- :before = '2026-11-15T12:00:00.000Z'
-- Scans: looks for the new ones in an index alone.
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
