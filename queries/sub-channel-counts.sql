-- The parts of a channel, and how many questions each has.
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
