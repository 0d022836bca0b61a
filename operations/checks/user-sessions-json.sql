-- JSON in user_sessions that is invalid.
-- Level: error
-- Why: A query that reads such a value fails, or skips it: json_each() ends the whole query with 'malformed JSON'.
-- Remedy: Correct the value to valid JSON: UPDATE user_sessions SET <column> = '<JSON>' WHERE id = '<id>'.
SELECT
    found.id AS id,
    found."column" AS "column",
    found.problem AS problem,
    found.value AS value
FROM
    (
        SELECT
            session.id AS id,
            field.key AS "column",
            CASE
                WHEN field.value = '' THEN 'is empty'
                WHEN NOT json_valid(field.value) THEN 'is not JSON'
            END AS problem,
            substr(field.value, 1, 60) AS value
        FROM
            user_sessions AS session,
            json_each(json_object('session_data', session.session_data)) AS field
        WHERE
            field.value IS NOT NULL
    ) AS found
WHERE
    found.problem IS NOT NULL
ORDER BY
    found.id,
    found."column";
