-- The number of questions in each channel.
-- For: the start page.
-- Scans: counts every question once, in a covering index ordered by channel.
SELECT
    channel,
    count(*) AS questions
FROM
    questions
WHERE
    status <> 'deleted'
GROUP BY
    channel;
