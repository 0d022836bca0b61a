-- Assigns the waiting jobs that have no bot, by their action; the bot for all other actions is that of `other`.
-- For: the bots, at their start and from time to time.
-- :takers = '{"verify":"verifier","other":"processor"}'
UPDATE work_queue
SET
    assigned_to = coalesce(
        json_extract(:takers, '$."' || action || '"'),
        json_extract(:takers, '$.other')
    )
WHERE
    status = 'pending'
    AND assigned_to IS NULL;
