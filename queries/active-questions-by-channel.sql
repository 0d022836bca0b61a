-- The active questions of a channel, each with its number of channels.
-- For: the API.
-- :channel = 'system-design'
-- :limit = 50
SELECT
    id,
    question,
    difficulty,
    sub_channel,
    channel_count
FROM
    v_active_questions
WHERE
    channel = :channel
LIMIT
    :limit;
