-- The active questions of a channel for voice interviews.
-- For: the bot that prepares voice interviews.
-- :channel = 'system-design'
SELECT
    id,
    question AS text,
    sub_channel,
    difficulty,
    created_at
FROM
    questions
WHERE
    channel = :channel
    AND voice_suitable = 1
    AND status = 'active';
