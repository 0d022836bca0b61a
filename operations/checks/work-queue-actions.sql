-- Actions in the work queue that are not documented.
-- Level: note
-- Why: If no bot knows them, their items wait forever.
-- Remedy: Document the action and its bot, or abandon its items: UPDATE work_queue SET status =
--     'failed', reason = 'unknown action' WHERE action = '<action>' AND status = 'pending'. They stay listed but no
--     longer wait.
SELECT
    item.action AS action,
    count(*) AS items,
    sum(item.status = 'pending') AS pending,
    min(item.id) AS first_id
FROM
    work_queue AS item
WHERE
    item.action NOT IN (
        'improve',
        'delete',
        'verify',
        'enrich',
        'fix_format'
    )
GROUP BY
    item.action
ORDER BY
    items DESC,
    item.action;
