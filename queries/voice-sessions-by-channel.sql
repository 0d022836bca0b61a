-- The voice interviews of a channel by topic.
-- For: the page of a channel.
-- :channel = 'system-design'
-- :limit = 100
SELECT
    id,
    topic,
    description,
    difficulty,
    question_ids,
    total_questions,
    estimated_minutes
FROM
    voice_sessions
WHERE
    channel = :channel
ORDER BY
    topic
LIMIT
    :limit;
