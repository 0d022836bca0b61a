-- Times in work_queue that are not of the form YYYY-MM-DDTHH:MM:SS.sssZ, or are in the future.
-- Level: warning
-- Why: Times are compared as text: one of another form sorts wrongly among those of the same day, so 'the latest' and
--     'older than 7 days' return wrong rows.
-- Remedy: Convert times of the form YYYY-MM-DD HH:MM:SS: UPDATE work_queue SET <column> =
--     strftime('%Y-%m-%dT%H:%M:%fZ', <column>) WHERE <column> = datetime(<column>). Correct
--     any other value by id.
SELECT
    item.id AS id,
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
    work_queue AS item,
    json_each(
        json_object(
            'created_at',
            item.created_at,
            'processed_at',
            item.processed_at,
            'run_after',
            item.run_after,
            'locked_until',
            item.locked_until
        )
    ) AS field
WHERE
    field.value IS NOT NULL
    AND (
        field.value IS NOT strftime('%Y-%m-%dT%H:%M:%fZ', field.value)
        OR (
            field.value > strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '+1 day')
            AND field.key NOT IN ('run_after', 'locked_until')
        )
    )
ORDER BY
    problem DESC,
    item.id,
    field.key;
