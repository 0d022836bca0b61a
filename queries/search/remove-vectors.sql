-- Removes vectors whose questions are still gone or not active.
-- For: `pnpm vector:sync`.
-- :ids = '["q-42"]'
DELETE FROM question_vectors
WHERE
    question_id IN (
        SELECT
            value
        FROM
            json_each(:ids)
    )
    AND NOT EXISTS (
        SELECT
            1
        FROM
            questions AS question
        WHERE
            question.id = question_vectors.question_id
            AND question.status = 'active'
    )
RETURNING
    question_id;
