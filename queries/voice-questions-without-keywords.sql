-- Questions that suit a voice interview and lack the words that an answer should contain.
-- For: the bot that prepares voice interviews.
-- :limit = 50
-- Scans: reads an index in the order asked for and stops at the limit; only where hardly any are left it reads all.
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
