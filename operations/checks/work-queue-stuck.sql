-- Jobs of the work queue that no worker works on any more.
-- Level: note
-- Why: A lease that has ended means that its worker died, and no worker takes one for over a day; a job that was taken without
--     a lease over a day ago was most likely abandoned. No bot claims them before they are returned to the queue, which each bot does when it runs.
-- Remedy: Run the bot that the job is assigned to. Without it: `pnpm bot:queue cancel <id>`, then
--     `pnpm bot:queue retry <id>`.
SELECT
    item.id AS id,
    item.action AS action,
    item.item_id AS item_id,
    item.assigned_to AS assigned_to,
    item.locked_by AS locked_by,
    item.locked_until AS locked_until,
    item.created_at AS created_at
FROM
    work_queue AS item
WHERE
    item.status = 'processing'
    AND (
        coalesce(
            julianday(item.locked_until),
            julianday(item.created_at) + 1
        ) < julianday('now')
        OR coalesce(
            julianday(item.locked_until),
            julianday(item.created_at)
        ) > julianday('now', '+1 day')
    )
ORDER BY
    item.created_at,
    item.id;
