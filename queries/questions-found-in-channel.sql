-- The questions in a channel, including those with another primary channel, a page at a time.
-- For: the page of a channel.
-- :channel = 'system-design'
-- :after_sub_channel = ''
-- :after_id = ''
-- :limit = 50
SELECT
    mapping.question_id AS id,
    mapping.sub_channel AS sub_channel,
    question.question AS question,
    question.difficulty AS difficulty,
    question.channel AS primary_channel
FROM
    channel_mappings AS mapping
    JOIN questions AS question ON question.id = mapping.question_id
WHERE
    mapping.channel_id = :channel
    AND (mapping.sub_channel, mapping.question_id) > (:after_sub_channel, :after_id)
    AND question.status <> 'deleted'
ORDER BY
    mapping.sub_channel,
    mapping.question_id
LIMIT
    :limit;
