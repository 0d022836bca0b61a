-- Questions that are marked as new although they are older than 7 days.
-- Level: note
-- Why: The site shows them as new.
-- Remedy: Run `pnpm db:maintain`, which clears the mark without a row of history.
SELECT
    question.id AS id,
    question.created_at AS created_at
FROM
    questions AS question
WHERE
    question.is_new = 1
    AND question.created_at GLOB '????-??-??*'
    AND julianday(question.created_at) <= julianday('now', '-7 days')
ORDER BY
    question.created_at,
    question.id;
