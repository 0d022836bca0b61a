-- The number of actions of a bot by kind.
-- For: the monitor of the bots.
-- :bot = 'verifier'
SELECT
    total_actions,
    creates,
    updates,
    deletes,
    verifies,
    flags,
    analyzes,
    last_action_at
FROM
    v_bot_activity
WHERE
    bot_name = :bot;
