-- Jobs of the work queue that have been due for more than 7 days.
-- Level: note
-- Why: No bot claims them: it does not run, does not know the action, or never reaches their priority.
-- Remedy: Check the runs of the bot (v_bot_run_success) and start it, or abandon the item: `pnpm bot:queue
--     cancel <id>`.
SELECT
    item.id AS id,
    item.action AS action,
    item.item_id AS item_id,
    item.priority AS priority,
    item.assigned_to AS assigned_to,
    item.run_after AS run_after
FROM
    work_queue AS item
WHERE
    item.status = 'pending'
    AND julianday(item.run_after) < julianday('now') - 7
ORDER BY
    item.run_after,
    item.id;
