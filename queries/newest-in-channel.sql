-- When the newest question of a channel was added, whatever its status; NULL in an empty channel.
-- For: the bots: a save is refused if another bot has added a question since they looked for duplicates.
-- :channel = 'system-design'
SELECT
    max(created_at) AS newest
FROM
    questions
WHERE
    channel = :channel;
