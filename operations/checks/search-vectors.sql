-- Active questions without a vector, vectors without an active question, and vectors of an older text.
-- Level: note
-- Why: The words alone rank a question without a vector, and an old vector ranks it by what it said before.
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
    iif(
        question.id IS NULL,
        'has a vector, and is not an active question',
        'has the vector of an older text'
    )
FROM
    question_vectors AS vector
    LEFT JOIN questions AS question ON question.id = vector.question_id
    AND question.status = 'active'
WHERE
    question.id IS NULL
    -- A change of another column leaves the vector valid.
    OR EXISTS (
        SELECT
            1
        FROM
            question_history AS event
        WHERE
            event.question_id = question.id
            AND event.question_type = 'question'
            AND event.created_at > vector.updated_at
            AND event.changed_fields LIKE '%"question"%'
    );
