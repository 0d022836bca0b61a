-- The questions of a channel by sub-channel, a page at a time: the next page begins after the last row of this one.
-- For: the page of a channel.
-- :channel = 'system-design'
-- :after_sub_channel = ''
-- :after_id = ''
-- :limit = 50
SELECT
    id,
    question,
    difficulty,
    sub_channel,
    tags,
    tldr,
    is_new
FROM
    questions
WHERE
    channel = :channel
    AND (sub_channel, id) > (:after_sub_channel, :after_id)
    AND status <> 'deleted'
ORDER BY
    sub_channel,
    id
LIMIT
    :limit;
