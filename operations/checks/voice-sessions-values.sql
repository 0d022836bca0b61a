-- Values in voice_sessions that are not documented.
-- Level: error
-- Why: No query selects such a row, and the schema of this project refuses it: the next write to it fails.
-- Remedy: Correct it to a documented value: UPDATE voice_sessions SET <column> = '<value>' WHERE id = '<id>'.
SELECT
    session.id AS id,
    field.key AS "column",
    substr(field.value, 1, 60) AS value
FROM
    voice_sessions AS session,
    json_each(
        json_object(
            'difficulty',
            session.difficulty,
            'estimated_minutes',
            session.estimated_minutes
        )
    ) AS field
WHERE
    CASE field.key
        WHEN 'difficulty' THEN field.value IS NULL
        OR field.value NOT IN ('beginner', 'intermediate', 'advanced')
        WHEN 'estimated_minutes' THEN field.value IS NULL
        OR field.value < 0
    END
ORDER BY
    field.key,
    session.id;
