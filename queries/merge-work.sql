-- Completes the waiting jobs that are the same action on the same item as the job that a worker has claimed.
-- For: the bots, in the same transaction as claim-work: other programs queue without looking.
-- :bot = 'processor'
-- :worker = 'processor@host-1/4711-9f3c/1'
UPDATE work_queue
SET
    status = 'completed',
    processed_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now'),
    result = json_object('duplicateOf', held.id)
FROM
    work_queue AS held
WHERE
    held.status = 'processing'
    AND held.assigned_to = :bot
    AND held.locked_by = :worker
    AND work_queue.item_id = held.item_id
    AND work_queue.item_type = held.item_type
    AND work_queue.action = held.action
    AND work_queue.status = 'pending';
