-- The sub-channels of a channel with their number of questions.
-- For: the page of a channel.
-- :channel = 'system-design'
SELECT
    sub_channel,
    count(*) AS questions
FROM
    questions
WHERE
    channel = :channel
    AND status <> 'deleted'
GROUP BY
    sub_channel;
