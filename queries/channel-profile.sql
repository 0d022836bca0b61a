-- How the questions of a channel are spread over its sub-channels and difficulties.
-- For: the bots that write questions.
-- Sorts: groups the questions of one channel.
-- :channel = 'system-design'
SELECT
    sub_channel,
    difficulty,
    count(*) AS questions
FROM
    questions
WHERE
    channel = :channel
    AND status <> 'deleted'
GROUP BY
    sub_channel,
    difficulty;
