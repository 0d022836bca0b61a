-- Questions stop being new after 7 days.
--
-- Why: is_new is a mark that the application shows and counts, and nothing else removes it.
-- After: 7 days, counted from created_at.
--
-- is_new keeps books only: no trigger of questions fires, so there is no row in question_history, and last_updated stays.
-- The inner query finds the marked questions in an index alone; few are, while nearly all are older than 7 days.
--
-- Takes:
SELECT
    question.id
FROM
    questions AS question
WHERE
    question.rowid IN (
        SELECT
            marked.rowid
        FROM
            questions AS marked
        WHERE
            marked.is_new = 1
    )
    AND question.created_at GLOB '????-??-??*'
    AND julianday(question.created_at) <= julianday(:now, '-7 days');

-- Leaves alone: marked as new, but created_at is not a time.
SELECT
    question.id
FROM
    questions AS question
WHERE
    question.rowid IN (
        SELECT
            marked.rowid
        FROM
            questions AS marked
        WHERE
            marked.is_new = 1
    )
    AND (
        question.created_at NOT GLOB '????-??-??*'
        OR julianday(question.created_at) IS NULL
    );

-- Does:
UPDATE questions
SET
    is_new = 0
WHERE
    id IN (
        SELECT
            due.id
        FROM
            due
    );
