-- The voice interviews of a channel, to compare them with what they would be now.
-- For: the bot that prepares voice interviews.
-- :channel = 'system-design'
SELECT
    id,
    topic,
    description,
    difficulty,
    question_ids,
    estimated_minutes
FROM
    voice_sessions
WHERE
    channel = :channel;
