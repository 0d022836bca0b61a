-- Values in work_queue that are not documented.
-- Level: error
-- Why: No query selects such a row, and the schema of this project refuses it: the next write to it fails.
-- Remedy: Correct it to a documented value: UPDATE work_queue SET <column> = '<value>' WHERE id = '<id>'.
SELECT
    item.id AS id,
    field.key AS "column",
    substr(field.value, 1, 60) AS value
FROM
    work_queue AS item,
    json_each(
        json_object(
            'item_type',
            item.item_type,
            'status',
            item.status,
            'priority',
            item.priority,
            'attempts',
            item.attempts,
            'max_attempts',
            item.max_attempts
        )
    ) AS field
WHERE
    CASE field.key
        WHEN 'item_type' THEN field.value IS NULL
        OR field.value NOT IN (
            'question',
            'challenge',
            'test',
            'blog',
            'certification',
            'voice_session',
            'flashcard'
        )
        WHEN 'status' THEN field.value IS NULL
        OR field.value NOT IN ('pending', 'processing', 'completed', 'failed')
        WHEN 'priority' THEN field.value IS NULL
        OR field.value NOT BETWEEN 1 AND 10
        WHEN 'attempts' THEN field.value IS NULL
        OR field.value < 0
        WHEN 'max_attempts' THEN field.value IS NULL
        OR field.value < 1
    END
ORDER BY
    field.key,
    item.id;
