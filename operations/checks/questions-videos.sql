-- Videos of questions that are not a web address, or of a kind that is not documented.
-- Level: warning
-- Why: The player cannot open the address, or never reads it.
-- Remedy: Write the correct address to shortVideo or longVideo, or remove it: UPDATE questions SET videos =
--     json_remove(videos, '$."<kind>"') WHERE id = '<id>'.
SELECT
    question.id AS id,
    substr(
        iif(
            video.key GLOB '*[^ -~]*',
            'x''' || hex(video.key) || '''',
            video.key
        ),
        1,
        60
    ) AS kind,
    -- In hexadecimal unless it is plain, because an unpaired surrogate crashes some drivers.
    substr(
        iif(
            video.value GLOB '*[^ -~]*',
            'x''' || hex(video.value) || '''',
            video.value
        ),
        1,
        60
    ) AS value
FROM
    questions AS question,
    json_each(
        iif(
            json_valid(question.videos),
            iif(
                json_type(question.videos) = 'object',
                question.videos,
                '{}'
            ),
            '{}'
        )
    ) AS video
WHERE
    video.key NOT IN ('shortVideo', 'longVideo')
    OR (
        video.type <> 'null'
        AND (
            video.type <> 'text'
            OR (
                lower(video.value) NOT GLOB 'http://[^ ]*'
                AND lower(video.value) NOT GLOB 'https://[^ ]*'
            )
        )
    )
ORDER BY
    question.id,
    video.key;
