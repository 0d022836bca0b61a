-- Questions for voice interviews without the keywords of an answer.
-- For: the bot that prepares voice interviews.
-- :limit = 50
-- Scans: reads an index in the requested order and stops at the limit; reads all only if hardly any are left.
SELECT
    id,
    question,
    answer,
    channel,
    sub_channel
FROM
    questions
WHERE
    voice_suitable = 1
    AND voice_keywords IS NULL
    AND status = 'active'
ORDER BY
    channel,
    sub_channel
LIMIT
    :limit;
