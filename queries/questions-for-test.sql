-- Active questions of a channel that a test can be made from, without those that it was made from before.
-- For: the bot that writes tests.
-- :channel = 'system-design'
-- :used = '["q-1"]'
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
    AND id NOT IN (
        SELECT
            value
        FROM
            json_each(:used)
    )
ORDER BY
    sub_channel,
    id
LIMIT
    :limit;
