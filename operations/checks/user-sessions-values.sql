-- Values in user_sessions that are not documented.
-- Level: error
-- Why: No query selects such a row, and the schema of this project refuses it: the next write to it fails.
-- Remedy: Correct it to a documented value: UPDATE user_sessions SET <column> = '<value>' WHERE id = '<id>'.
SELECT
    session.id AS id,
    field.key AS "column",
    substr(field.value, 1, 60) AS value
FROM
    user_sessions AS session,
    json_each(
        json_object(
            'session_type',
            session.session_type,
            'status',
            session.status,
            'progress',
            session.progress,
            'total_items',
            session.total_items,
            'completed_items',
            session.completed_items
        )
    ) AS field
WHERE
    CASE field.key
        WHEN 'session_type' THEN field.value IS NULL
        OR field.value NOT IN (
            'test',
            'voice-interview',
            'certification',
            'channel',
            'training'
        )
        WHEN 'status' THEN field.value IS NULL
        OR field.value NOT IN ('active', 'completed', 'abandoned')
        WHEN 'progress' THEN field.value IS NULL
        OR field.value NOT BETWEEN 0 AND 100
        WHEN 'total_items' THEN field.value IS NULL
        OR field.value < 0
        WHEN 'completed_items' THEN field.value IS NULL
        OR field.value < 0
    END
ORDER BY
    field.key,
    session.id;
