-- How many questions each channel has.
-- For: the start page.
-- Scans: counts every question once, in an index alone and in the order of the channels.
SELECT
    channel,
    count(*) AS questions
FROM
    questions
WHERE
    status <> 'deleted'
GROUP BY
    channel;
