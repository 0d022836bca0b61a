-- Records the start of a run and returns its id.
-- For: the bots.
-- :bot = 'verifier'
-- :started_at = '2026-11-22T09:00:00.000Z'
INSERT INTO
    bot_runs (bot_name, started_at)
VALUES
    (:bot, :started_at)
RETURNING
    id;
