-- Values in question_history that are not documented.
-- Level: error
-- Why: No query selects such a row, and the schema of this project refuses it: the next write to it fails.
-- Remedy: Correct it to a documented value: UPDATE question_history SET <column> = '<value>' WHERE id =
--     '<id>'.
SELECT
    event.id AS id,
    field.key AS "column",
    substr(field.value, 1, 60) AS value
FROM
    question_history AS event,
    json_each(
        json_object(
            'question_type',
            event.question_type,
            'event_type',
            event.event_type,
            'event_source',
            event.event_source
        )
    ) AS field
WHERE
    CASE field.key
        WHEN 'question_type' THEN field.value IS NULL
        OR field.value NOT IN ('question', 'test', 'coding')
        WHEN 'event_type' THEN field.value IS NULL
        OR field.value NOT IN (
            'created',
            'updated',
            'improved',
            'flagged',
            'verified',
            'enriched',
            'deleted',
            'restored'
        )
        WHEN 'event_source' THEN field.value IS NULL
        OR field.value NOT IN ('bot', 'user', 'system', 'import')
    END
ORDER BY
    field.key,
    event.id;
