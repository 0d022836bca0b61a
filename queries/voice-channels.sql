-- The channels that have active questions for voice interviews, with how many.
-- For: the bot that prepares voice interviews.
-- :channel = NULL
-- Scans: counts the questions of all channels in an index ordered by channel.
SELECT
    channel,
    count(*) AS questions
FROM
    questions
WHERE
    voice_suitable = 1
    AND status = 'active'
    AND (
        :channel IS NULL
        OR channel = :channel
    )
GROUP BY
    channel;
