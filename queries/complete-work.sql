-- Completes a claimed job. It changes no row when another worker has claimed the job since: what the job wrote in the same
-- transaction must then be rolled back.
-- For: the bots, as the first statement of the transaction with the effects of the job.
-- :job_id = 1
-- :worker = 'processor@host-1/4711-9f3c/1'
-- :attempt = 1
-- :result = '{"changed":true}'
UPDATE work_queue
SET
    status = 'completed',
    processed_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now'),
    locked_until = NULL,
    result = :result
WHERE
    id = :job_id
    AND status = 'processing'
    AND locked_by = :worker
    AND attempts = :attempt;
