-- Questions without any history.
-- Level: warning
-- Why: It is unknown where they come from and what has changed.
-- Remedy: Give them their first event with `pnpm db:migrate:history`.
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
