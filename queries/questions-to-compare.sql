-- The texts of a channel's questions.
-- For: the bots, before they save a new question of the channel.
-- :channel = 'system-design'
SELECT
    id,
    question AS text
FROM
    questions
WHERE
    channel = :channel
    AND status <> 'deleted';
