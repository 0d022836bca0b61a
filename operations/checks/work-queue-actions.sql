-- Actions in the work queue that are not documented.
-- Level: note
-- Why: No bot may know them, and then their items wait for ever.
-- Remedy: Document the action and the bot that takes it, or give its items up: UPDATE work_queue SET status =
--     'failed', reason = 'unknown action' WHERE action = '<action>' AND status = 'pending'. They stay listed, and wait
--     no longer.
SELECT
    item.action AS action,
    count(*) AS items,
    sum(item.status = 'pending') AS pending,
    min(item.id) AS first_id
FROM
    work_queue AS item
WHERE
    item.action NOT IN ('improve', 'delete', 'verify', 'enrich')
GROUP BY
    item.action
ORDER BY
    items DESC,
    item.action;
