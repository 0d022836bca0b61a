-- JSON in question_history that is invalid or of the wrong type.
-- Level: error
-- Why: A query that reads such a value fails, or skips it: json_each() ends the whole query with 'malformed JSON'.
-- Remedy: Correct the value to the type in the column's comment: UPDATE question_history SET <column> =
--     '<JSON>' WHERE id = '<id>'.
SELECT
    found.id AS id,
    found."column" AS "column",
    found.problem AS problem,
    found.value AS value
FROM
    (
        SELECT
            event.id AS id,
            field.key AS "column",
            CASE
                WHEN field.value = '' THEN 'is empty'
                WHEN NOT json_valid(field.value) THEN 'is not JSON'
                WHEN field.key IN ('before_snapshot', 'after_snapshot', 'metadata') THEN iif(
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
            question_history AS event,
            json_each(
                json_object(
                    'changed_fields',
                    event.changed_fields,
                    'before_snapshot',
                    event.before_snapshot,
                    'after_snapshot',
                    event.after_snapshot,
                    'metadata',
                    event.metadata
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
