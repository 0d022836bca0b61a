-- The vectors of questions that are gone or not active.
-- For: `pnpm vector:sync`.
-- Scans: looks at every vector.
SELECT
    vector.question_id AS id
FROM
    question_vectors AS vector
WHERE
    NOT EXISTS (
        SELECT
            1
        FROM
            questions AS question
        WHERE
            question.id = vector.question_id
            AND question.status = 'active'
    )
ORDER BY
    vector.question_id;
