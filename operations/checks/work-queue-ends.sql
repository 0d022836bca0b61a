-- Items of the work queue whose status and processed_at contradict each other.
-- Level: warning
-- Why: The duration of items is unknown, and maintenance deletes by the time they were processed: completed items without
--     one stay forever.
-- Remedy: UPDATE work_queue SET processed_at = created_at WHERE status = 'completed' AND processed_at IS NULL; if it
--     is still pending: UPDATE work_queue SET processed_at = NULL WHERE id = <id> AND status = 'pending'; if it was
--     processed before it was created, correct the wrong time.
SELECT
    item.id AS id,
    item.status AS status,
    item.created_at AS created_at,
    item.processed_at AS processed_at
FROM
    work_queue AS item
WHERE
    (
        item.status = 'completed'
        AND item.processed_at IS NULL
    )
    OR (
        item.status = 'pending'
        AND item.processed_at IS NOT NULL
    )
    OR julianday(item.processed_at) < julianday(item.created_at)
ORDER BY
    item.id;
