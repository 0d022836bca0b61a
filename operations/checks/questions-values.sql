-- Values in questions that are not documented.
-- Level: error
-- Why: No query selects such a row, and the schema of this project refuses it: the next write to it fails.
-- Remedy: Correct it to a documented value: UPDATE questions SET <column> = '<value>' WHERE id = '<id>'.
SELECT
    question.id AS id,
    field.key AS "column",
    substr(field.value, 1, 60) AS value
FROM
    questions AS question,
    json_each(
        json_object(
            'difficulty',
            question.difficulty,
            'status',
            question.status,
            'relevance_score',
            question.relevance_score,
            'voice_suitable',
            question.voice_suitable,
            'is_new',
            question.is_new
        )
    ) AS field
WHERE
    CASE field.key
        WHEN 'difficulty' THEN field.value IS NULL
        OR field.value NOT IN ('beginner', 'intermediate', 'advanced')
        WHEN 'status' THEN field.value IS NULL
        OR field.value NOT IN ('active', 'flagged', 'deleted')
        WHEN 'relevance_score' THEN field.value NOT BETWEEN 0 AND 100
        WHEN 'voice_suitable' THEN field.value NOT IN (0, 1)
        WHEN 'is_new' THEN field.value IS NULL
        OR field.value NOT IN (0, 1)
    END
ORDER BY
    field.key,
    question.id;
