-- Extends the lease of a claimed job; no row means that the worker has lost it, and must stop.
-- For: the bots, while they work.
-- :job_id = 1
-- :worker = 'processor@host-1/4711-9f3c/1'
-- :attempt = 1
-- :lease = 120
UPDATE work_queue
SET
    locked_until = strftime('%Y-%m-%dT%H:%M:%fZ', 'now', :lease || ' seconds')
WHERE
    id = :job_id
    AND status = 'processing'
    AND locked_by = :worker
    AND attempts = :attempt
RETURNING
    id;
