-- Records the start of a run and returns its id.
-- For: the bots.
-- :bot = 'verifier'
INSERT INTO
    bot_runs (bot_name, started_at)
VALUES
    (:bot, strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
RETURNING
    id;
