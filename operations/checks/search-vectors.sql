-- Active questions without a vector, and vectors without an active question.
-- Level: note
-- Why: The words alone rank a question without a vector. Vectors of older texts are counted by `pnpm vector:stats`.
-- Remedy: Run `pnpm vector:sync`.
-- Set: search
SELECT
    question.id AS id,
    'has no vector' AS problem
FROM
    questions AS question
WHERE
    question.status = 'active'
    AND trim(question.question) <> ''
    AND NOT EXISTS (
        SELECT
            1
        FROM
            question_vectors AS vector
        WHERE
            vector.question_id = question.id
    )
UNION ALL
SELECT
    vector.question_id,
    'is not an active question, and has a vector'
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
    );
