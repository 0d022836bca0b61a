-- Records the end of a run.
-- For: the bots.
-- :run_id = 7
-- :completed_at = '2026-11-22T09:01:00.000Z'
-- :status = 'completed'
-- :items_processed = 12
-- :items_updated = 9
-- :summary = '{"message": "9 of 12 items improved"}'
UPDATE bot_runs
SET
    completed_at = :completed_at,
    status = :status,
    items_processed = :items_processed,
    items_updated = :items_updated,
    summary = :summary
WHERE
    id = :run_id;
