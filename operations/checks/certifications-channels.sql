-- Channels of certifications without a name or without questions.
-- Level: warning
-- Why: Practice tests for the certification select questions from these channels and find none.
-- Remedy: Correct the channel in certifications.channel_mappings, or write questions for it.
WITH
    entry AS (
        SELECT
            certification.id AS id,
            element.key AS position,
            iif(element.type = 'object', element.value, '{}') AS content
        FROM
            certifications AS certification,
            json_each(
                iif(
                    json_valid(certification.channel_mappings),
                    iif(
                        json_type(certification.channel_mappings) = 'array',
                        certification.channel_mappings,
                        '[]'
                    ),
                    '[]'
                )
            ) AS element
        WHERE
            element.type = 'object'
    )
SELECT
    entry.id AS id,
    entry.position AS position,
    substr(entry.content, 1, 60) AS entry
FROM
    entry
WHERE
    NOT EXISTS (
        SELECT
            1
        FROM
            channel_mappings AS mapping
        WHERE
            mapping.channel_id = entry.content ->> '$.channel'
            -- Without a subChannel, or with an empty one, the entry means the whole channel.
            AND coalesce(entry.content ->> '$.subChannel', '') IN ('', mapping.sub_channel)
    )
ORDER BY
    entry.id,
    entry.position;
