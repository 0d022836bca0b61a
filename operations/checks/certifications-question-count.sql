-- Certifications whose question_count differs from a recount.
-- Level: note
-- Why: The site shows an outdated number for the certification.
-- Remedy: Recount with `pnpm db:maintain`; operations/maintenance/050-question-counts.sql explains how it counts.
WITH
    shown AS MATERIALIZED (
        SELECT
            mapping.channel_id,
            mapping.sub_channel,
            question.rowid AS question
        FROM
            channel_mappings AS mapping
            CROSS JOIN questions AS question ON question.id = mapping.question_id
        WHERE
            question.rowid IN (
                SELECT
                    active.rowid
                FROM
                    questions AS active
                WHERE
                    active.status = 'active'
            )
    ),
    -- Questions with the same mappings are grouped, which leaves far fewer rows.
    alike AS MATERIALIZED (
        SELECT
            min(placed.question) AS question,
            count(*) AS questions
        FROM
            (
                SELECT
                    sorted.question,
                    json_group_array(json_array(sorted.channel_id, sorted.sub_channel)) AS places
                FROM
                    (
                        SELECT
                            shown.question,
                            shown.channel_id,
                            shown.sub_channel
                        FROM
                            shown
                        ORDER BY
                            shown.question,
                            shown.channel_id,
                            shown.sub_channel
                    ) AS sorted
                GROUP BY
                    sorted.question
            ) AS placed
        GROUP BY
            placed.places
    ),
    place AS MATERIALIZED (
        SELECT
            shown.channel_id,
            shown.sub_channel,
            alike.question,
            alike.questions
        FROM
            alike
            CROSS JOIN shown ON shown.question = alike.question
    ),
    counted AS MATERIALIZED (
        SELECT
            certification.id,
            certification.question_count,
            (
                SELECT
                    coalesce(sum(listed.questions), 0)
                FROM
                    (
                        SELECT DISTINCT
                            place.question,
                            place.questions
                        FROM
                            json_each(certification.channel_mappings) AS part
                            CROSS JOIN place ON place.channel_id = iif(part.type = 'object', part.value, '{}') ->> '$.channel'
                        WHERE
                            coalesce(
                                iif(part.type = 'object', part.value, '{}') ->> '$.subChannel',
                                ''
                            ) IN ('', place.sub_channel)
                    ) AS listed
            ) AS recount
        FROM
            certifications AS certification
        WHERE
            iif(
                json_valid(certification.channel_mappings),
                json_type(certification.channel_mappings) = 'array',
                FALSE
            )
    )
SELECT
    counted.id AS id,
    counted.question_count AS question_count,
    counted.recount AS recount
FROM
    counted
WHERE
    counted.recount IS NOT counted.question_count
ORDER BY
    counted.id;
