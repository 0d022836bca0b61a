-- Deletes the items that were completed before a time.
-- For: maintenance.
-- :before = '2026-01-08T00:00:00.000Z'
DELETE FROM work_queue
WHERE
    status = 'completed'
    AND processed_at < :before;
