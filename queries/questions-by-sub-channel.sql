-- The questions of one sub-channel, a page at a time.
-- For: the page of a channel, when a sub-channel is chosen.
-- :channel = 'system-design'
-- :sub_channel = 'caching'
-- :after_id = ''
-- :limit = 50
SELECT
    id,
    question,
    difficulty,
    tags,
    tldr,
    is_new
FROM
    questions
WHERE
    channel = :channel
    AND sub_channel = :sub_channel
    AND id > :after_id
    AND status <> 'deleted'
ORDER BY
    id
LIMIT
    :limit;
