-- JSON in work_queue that is invalid or of the wrong type.
-- Level: error
-- Why: A query that reads such a value fails, or skips it: json_each() ends the whole query with 'malformed JSON'.
-- Remedy: Correct the value to the type in the column's comment: UPDATE work_queue SET <column> = '<JSON>'
--     WHERE id = '<id>'.
SELECT
    found.id AS id,
    found."column" AS "column",
    found.problem AS problem,
    found.value AS value
FROM
    (
        SELECT
            item.id AS id,
            field.key AS "column",
            CASE
                WHEN field.value = '' THEN 'is empty'
                WHEN NOT json_valid(field.value) THEN 'is not JSON'
                WHEN json_type(field.value) <> 'object' THEN 'is not an object'
            END AS problem,
            substr(field.value, 1, 60) AS value
        FROM
            work_queue AS item,
            json_each(json_object('result', item.result)) AS field
        WHERE
            field.value IS NOT NULL
    ) AS found
WHERE
    found.problem IS NOT NULL
ORDER BY
    found.id,
    found."column";
