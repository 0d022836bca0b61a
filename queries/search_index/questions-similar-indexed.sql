-- The active questions that are most like one, by the vector index: without a scan, and almost always the same.
-- For: `pnpm vector:similar --index`.
-- Sorts: the nearest by their distance.
-- :id = 'q-1'
-- :limit = 10
SELECT
    question.id AS id,
    question.channel AS channel,
    question.difficulty AS difficulty,
    question.question AS text,
    min(
        1.0,
        max(
            0.0,
            1 - vector_distance_cos (vector.vector, asked.vector)
        )
    ) AS similarity
FROM
    question_vector_index AS asked
    JOIN question_vector_index AS vector ON vector.model = asked.model
    AND vector.question_id <> asked.question_id
    AND vector.rowid IN (
        SELECT
            nearest.id
        FROM
            vector_top_k (
                'idx_question_vector_index_vector',
                (
                    SELECT
                        vector
                    FROM
                        question_vector_index
                    WHERE
                        question_id = :id
                ),
                :limit + 50
            ) AS nearest
    )
    JOIN questions AS question ON question.id = vector.question_id
WHERE
    asked.question_id = :id
    AND question.status = 'active'
ORDER BY
    similarity DESC,
    question.id
LIMIT
    :limit;
