-- Actions in the bots' ledger that are not documented.
-- Level: note
-- Why: What was done cannot be told: v_bot_activity counts them only in the total.
-- Remedy: Document the action, or correct the bot that writes it. The ledger itself is never changed.
SELECT
    entry.action AS action,
    count(*) AS entries,
    min(entry.id) AS first_id
FROM
    bot_ledger AS entry
WHERE
    -- bot-ledger-values finds what is no word at all.
    entry.action <> ''
    AND entry.action NOT GLOB '*[^a-z0-9_]*'
    AND entry.action NOT IN (
        'create',
        'update',
        'delete',
        'verify',
        'flag',
        'analyze',
        'queued'
    )
GROUP BY
    entry.action
ORDER BY
    entries DESC,
    entry.action;
