CREATE VIEW v_bot_activity AS
/* One row is one bot with what it has done so far, counted from the ledger. */
SELECT
    -- The bot.
    ledger.bot_name AS bot_name,
    -- All its actions, and below by kind.
    count(*) AS total_actions,
    -- Items it created.
    sum(ledger.action = 'create') AS creates,
    -- Items it changed.
    sum(ledger.action = 'update') AS updates,
    -- Items it deleted.
    sum(ledger.action = 'delete') AS deletes,
    -- Items it checked.
    sum(ledger.action = 'verify') AS verifies,
    -- Items it marked for review.
    sum(ledger.action = 'flag') AS flags,
    -- Items it analyzed.
    sum(ledger.action = 'analyze') AS analyzes,
    -- When it last did anything.
    max(ledger.created_at) AS last_action_at
FROM
    bot_ledger AS ledger
GROUP BY
    ledger.bot_name;
