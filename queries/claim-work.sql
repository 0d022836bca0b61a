-- Claims the oldest of the most urgent pending items and returns it; no row means that nothing is pending.
-- Two concurrent bots claim different items.
-- For: the bots, in a loop.
-- :bot = 'processor'
UPDATE work_queue
SET
    status = 'processing',
    assigned_to = :bot
WHERE
    id = (
        SELECT
            id
        FROM
            work_queue
        WHERE
            status = 'pending'
            AND (
                assigned_to IS NULL
                OR assigned_to = :bot
            )
        ORDER BY
            priority,
            created_at
        LIMIT
            1
    )
RETURNING
    id,
    item_type,
    item_id,
    action,
    priority,
    reason;
