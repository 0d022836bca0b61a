-- The jobs of a status, the urgent ones first and the oldest first within each priority; also of one bot, or one action.
-- For: `pnpm bot:queue list`.
-- :status = 'pending'
-- :bot = NULL
-- :action = NULL
-- :limit = 50
SELECT
    id,
    item_type,
    item_id,
    action,
    priority,
    status,
    assigned_to,
    attempts,
    max_attempts,
    created_at,
    run_after,
    locked_by,
    locked_until,
    processed_at
FROM
    work_queue
WHERE
    status = :status
    AND (
        :bot IS NULL
        OR + assigned_to = :bot
    )
    AND (
        :action IS NULL
        OR action = :action
    )
ORDER BY
    priority,
    created_at
LIMIT
    :limit;
