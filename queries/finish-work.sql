-- Records the end of a claimed item: completed or failed.
-- For: the bots.
-- :work_id = 7
-- :status = 'completed'
-- :processed_at = '2026-11-22T09:00:00.000Z'
-- :result = '{"changed": true}'
UPDATE work_queue
SET
    status = :status,
    processed_at = :processed_at,
    result = :result
WHERE
    id = :work_id;
