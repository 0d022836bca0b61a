-- Every sub-channel with its number of questions.
-- For: the bots that write questions, to choose a channel.
-- Scans: counts every question once, in a covering index ordered by channel and sub-channel.
SELECT
    channel,
    sub_channel,
    count(*) AS questions
FROM
    questions
GROUP BY
    channel,
    sub_channel;
