-- Times in user_sessions that are not of the form YYYY-MM-DDTHH:MM:SS.sssZ, or are in the future.
-- Level: warning
-- Why: Times are compared as text: one of another form sorts wrongly among those of the same day, so 'the latest' and
--     'older than 7 days' return wrong rows.
-- Remedy: Convert times of the form YYYY-MM-DD HH:MM:SS: UPDATE user_sessions SET <column> =
--     strftime('%Y-%m-%dT%H:%M:%fZ', <column>) WHERE <column> = datetime(<column>). Correct
--     any other value by id.
SELECT
    session.id AS id,
    field.key AS "column",
    substr(field.value, 1, 40) AS value,
    CASE
        WHEN strftime('%Y-%m-%dT%H:%M:%fZ', field.value) IS NULL
        OR field.value NOT GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]*' THEN 'is not a time'
        WHEN field.value = datetime(field.value) THEN 'is of the form YYYY-MM-DD HH:MM:SS'
        WHEN field.value IS NOT strftime('%Y-%m-%dT%H:%M:%fZ', field.value) THEN 'is of another form, or no day of the calendar'
        ELSE 'is in the future'
    END AS problem
FROM
    user_sessions AS session,
    json_each(
        json_object(
            'started_at',
            session.started_at,
            'last_accessed_at',
            session.last_accessed_at,
            'completed_at',
            session.completed_at
        )
    ) AS field
WHERE
    field.value IS NOT NULL
    AND (
        field.value IS NOT strftime('%Y-%m-%dT%H:%M:%fZ', field.value)
        OR field.value > strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '+1 day')
    )
ORDER BY
    problem DESC,
    session.id,
    field.key;
