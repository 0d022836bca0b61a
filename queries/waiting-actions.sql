-- How many jobs of a bot wait, by their action.
-- For: the processor, which says how many of them need a model.
-- :bot = 'processor'
-- Sorts: groups the waiting jobs of one bot.
SELECT
    action,
    count(*) AS items
FROM
    work_queue
WHERE
    status = 'pending'
    AND assigned_to = :bot
GROUP BY
    action;
