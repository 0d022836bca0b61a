-- JSON in certifications that is invalid or of the wrong type.
-- Level: error
-- Why: A query that reads such a value fails, or skips it: json_each() ends the whole query with 'malformed JSON'.
-- Remedy: Correct the value to the type in the column's comment: UPDATE certifications SET <column> =
--     '<JSON>' WHERE id = '<id>'.
SELECT
    found.id AS id,
    found."column" AS "column",
    found.problem AS problem,
    found.value AS value
FROM
    (
        SELECT
            certification.id AS id,
            field.key AS "column",
            CASE
                WHEN field.value = '' THEN 'is empty'
                WHEN NOT json_valid(field.value) THEN 'is not JSON'
                WHEN json_type(field.value) <> 'array' THEN 'is not an array'
                WHEN field.key IN ('domains', 'channel_mappings') THEN iif(
                    EXISTS (
                        SELECT
                            1
                        FROM
                            json_each(field.value) AS element
                        WHERE
                            element.type <> 'object'
                    ),
                    'holds a value that is not an object',
                    NULL
                )
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
            certifications AS certification,
            json_each(
                json_object(
                    'tags',
                    certification.tags,
                    'prerequisites',
                    certification.prerequisites,
                    'domains',
                    certification.domains,
                    'channel_mappings',
                    certification.channel_mappings
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
