-- Values in bot_ledger that are not documented.
-- Level: error
-- Why: No query selects such a row, and the schema of this project refuses it: the next write to it fails.
-- Remedy: Correct it to a documented value: UPDATE bot_ledger SET <column> = '<value>' WHERE id = '<id>'.
SELECT
    entry.id AS id,
    field.key AS "column",
    substr(field.value, 1, 60) AS value
FROM
    bot_ledger AS entry,
    json_each(
        json_object(
            'action',
            entry.action,
            'item_type',
            entry.item_type
        )
    ) AS field
WHERE
    CASE field.key
        WHEN 'action' THEN field.value IS NULL
        OR field.value = ''
        OR field.value GLOB '*[^a-z0-9_]*'
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
    END
ORDER BY
    field.key,
    entry.id;
