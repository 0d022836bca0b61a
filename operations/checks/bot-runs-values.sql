-- Values in bot_runs that are not documented.
-- Level: error
-- Why: No query selects such a row, and the schema of this project refuses it: the next write to it fails.
-- Remedy: Correct it to a documented value: UPDATE bot_runs SET <column> = '<value>' WHERE id = '<id>'.
SELECT
    run.id AS id,
    field.key AS "column",
    substr(field.value, 1, 60) AS value
FROM
    bot_runs AS run,
    json_each(
        json_object(
            'status',
            run.status,
            'items_processed',
            run.items_processed,
            'items_created',
            run.items_created,
            'items_updated',
            run.items_updated,
            'items_deleted',
            run.items_deleted
        )
    ) AS field
WHERE
    CASE field.key
        WHEN 'status' THEN field.value IS NULL
        OR field.value NOT IN ('running', 'completed', 'failed')
        WHEN 'items_processed' THEN field.value IS NULL
        OR field.value < 0
        WHEN 'items_created' THEN field.value IS NULL
        OR field.value < 0
        WHEN 'items_updated' THEN field.value IS NULL
        OR field.value < 0
        WHEN 'items_deleted' THEN field.value IS NULL
        OR field.value < 0
    END
ORDER BY
    field.key,
    run.id;
