-- JSON in questions that is invalid or of the wrong type.
-- Level: error
-- Why: A query that reads such a value fails, or skips it: json_each() ends the whole query with 'malformed JSON'.
-- Remedy: Correct the value to the type in the column's comment: UPDATE questions SET <column> = '<JSON>'
--     WHERE id = '<id>'.
SELECT
    found.id AS id,
    found."column" AS "column",
    found.problem AS problem,
    found.value AS value
FROM
    (
        SELECT
            question.id AS id,
            field.key AS "column",
            CASE
                WHEN field.value = '' THEN 'is empty'
                WHEN NOT json_valid(field.value) THEN 'is not JSON'
                WHEN field.key IN (
                    'videos',
                    'relevance_details',
                    'job_title_relevance'
                ) THEN iif(
                    json_type(field.value) = 'object',
                    NULL,
                    'is not an object'
                )
                WHEN json_type(field.value) <> 'array' THEN 'is not an array'
                WHEN EXISTS (
                    SELECT
                        1
                    FROM
                        json_each(field.value) AS element
                    WHERE
                        element.type <> 'text'
                ) THEN 'holds a value that is not text'
            END AS problem,
            substr(field.value, 1, 60) AS value
        FROM
            questions AS question,
            json_each(
                json_object(
                    'tags',
                    question.tags,
                    'companies',
                    question.companies,
                    'experience_level_tags',
                    question.experience_level_tags,
                    'voice_keywords',
                    question.voice_keywords,
                    'videos',
                    question.videos,
                    'relevance_details',
                    question.relevance_details,
                    'job_title_relevance',
                    question.job_title_relevance
                )
            ) AS field
        WHERE
            field.value IS NOT NULL
    ) AS found
WHERE
    found.problem IS NOT NULL
ORDER BY
    found.id,
    found."column";
