-- Items that have been waiting in the work queue for more than 7 days.
-- Level: note
-- Why: No bot claims them: it does not run, does not know the action, or never reaches their priority.
-- Remedy: Check the runs of the bot (v_bot_run_success) and start it, or abandon the item: UPDATE work_queue SET
--     status = 'failed', reason = 'given up' WHERE id = <id>.
SELECT
    item.id AS id,
    item.action AS action,
    item.item_id AS item_id,
    item.priority AS priority,
    item.created_at AS created_at
FROM
    work_queue AS item
WHERE
    item.status = 'pending'
    AND julianday(item.created_at) < julianday('now') - 7
ORDER BY
    item.created_at,
    item.id;
