-- Questions without any history.
-- Level: warning
-- Why: Their origin and changes are unknown.
-- Remedy: Add their first event with `pnpm db:migrate:history`.
SELECT
    question.id AS id,
    question.created_at AS created_at
FROM
    questions AS question
WHERE
    NOT EXISTS (
        SELECT
            1
        FROM
            question_history AS event
        WHERE
            event.question_id = question.id
            AND event.question_type = 'question'
    )
ORDER BY
    question.id;
