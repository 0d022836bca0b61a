-- Videos of questions that are no web address.
-- Level: warning
-- Why: The player gets an address that it cannot open.
-- Remedy: UPDATE questions SET videos = json_set(videos, '$.<kind>', NULL) WHERE id = '<id>', or write the right
--     address there.
SELECT
    question.id AS id,
    video.key AS kind,
    -- In hexadecimal unless it is plain: half a character ends some drivers.
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
    video.key IN ('shortVideo', 'longVideo')
    AND video.type <> 'null'
    AND (
        video.type <> 'text'
        OR video.value NOT LIKE 'http%://_%'
    )
ORDER BY
    question.id,
    video.key;
