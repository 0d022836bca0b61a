-- The active questions that are most like one, by their vectors: 1 is the same text.
-- For: "more like this" on the page of a question, `pnpm vector:similar`.
-- Scans: compares the vector with every other one.
-- Sorts: the nearest of all.
-- :id = 'q-1'
-- :limit = 10
WITH
    nearest AS MATERIALIZED (
        SELECT
            vector.question_id AS id,
            vector_distance_cos (vector.vector, asked.vector) AS distance
        FROM
            question_vectors AS asked
            CROSS JOIN question_vectors AS vector ON vector.model = asked.model
        WHERE
            asked.question_id = :id
            AND vector.question_id <> asked.question_id
        ORDER BY
            distance
        LIMIT
        -- Some were retired since the last sync.
            :limit + 50
    )
SELECT
    question.id AS id,
    question.channel AS channel,
    question.difficulty AS difficulty,
    question.question AS text,
    min(1.0, max(0.0, 1 - nearest.distance)) AS similarity
FROM
    nearest
    JOIN questions AS question ON question.id = nearest.id
WHERE
    question.status = 'active'
ORDER BY
    nearest.distance,
    question.id
LIMIT
    :limit;
