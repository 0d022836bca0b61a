-- Questions that are not mapped to their own channel.
-- Level: warning
-- Why: Channels list their questions from channel_mappings, so the question is missing in its own channel.
-- Remedy: INSERT OR IGNORE INTO channel_mappings (channel_id, sub_channel, question_id) SELECT channel, sub_channel,
--     id FROM questions WHERE id = '<id>'.
SELECT
    question.id AS id,
    question.channel AS channel,
    question.sub_channel AS sub_channel,
    question.status AS status
FROM
    questions AS question
WHERE
    NOT EXISTS (
        SELECT
            1
        FROM
            channel_mappings AS mapping
        WHERE
            mapping.question_id = question.id
            AND mapping.channel_id = question.channel
    )
ORDER BY
    question.id;
