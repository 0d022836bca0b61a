-- Active questions of a channel that a test can be made from, the least recently added first.
-- For: the bot that writes tests.
-- :channel = 'system-design'
-- :limit = 30
SELECT
    id,
    question,
    answer,
    difficulty
FROM
    questions
WHERE
    channel = :channel
    AND status = 'active'
ORDER BY
    sub_channel,
    id
LIMIT
    :limit;
