-- Records the end of a run, and what the bot reports of it.
-- For: the bots.
-- :run_id = 7
-- :status = 'completed'
-- :summary = '{"message": "9 of 12 items improved"}'
UPDATE bot_runs
SET
    completed_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now'),
    status = :status,
    summary = :summary
WHERE
    id = :run_id;
