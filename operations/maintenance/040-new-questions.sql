-- Questions stop being new after 7 days.
--
-- Why: the application shows and counts is_new, and nothing else clears it.
-- After: 7 days since created_at.
--
-- is_new is bookkeeping: it fires no trigger, so question_history gets no row, and last_updated does not change.
-- The inner query finds the few marked questions in a covering index, while nearly all questions are older than 7 days.
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
