-- Certifications whose question_count is not that of a recount.
-- Level: note
-- Why: The number that the site shows beside the certification is out of date.
-- Remedy: Recount with `pnpm db:maintain`.
WITH
    -- Each certification with each active question of the channels that it lists.
    prepared AS (
        SELECT
            certification.id AS id,
            mapping.question_id AS question_id
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
            CROSS JOIN channel_mappings AS mapping ON mapping.channel_id = iif(element.type = 'object', element.value, '{}') ->> '$.channel'
            -- Without a part, or with an empty one, the whole channel is meant.
            AND coalesce(
                iif(element.type = 'object', element.value, '{}') ->> '$.subChannel',
                ''
            ) IN ('', mapping.sub_channel)
            CROSS JOIN questions AS question ON question.id = mapping.question_id
            AND question.status = 'active'
    ),
    recount AS (
        SELECT
            prepared.id AS id,
            count(DISTINCT prepared.question_id) AS questions
        FROM
            prepared
        GROUP BY
            prepared.id
    )
SELECT
    certification.id AS id,
    certification.question_count AS question_count,
    coalesce(recount.questions, 0) AS recount
FROM
    certifications AS certification
    LEFT JOIN recount ON recount.id = certification.id
WHERE
    certification.channel_mappings IS NOT NULL
    AND certification.question_count IS NOT coalesce(recount.questions, 0)
ORDER BY
    certification.id;
