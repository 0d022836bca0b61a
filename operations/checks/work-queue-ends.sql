-- Items of the work queue whose status and processed_at contradict each other.
-- Level: warning
-- Why: How long items take cannot be told, and clean-up goes by the time they were processed: completed items without
--     one stay for ever.
-- Remedy: UPDATE work_queue SET processed_at = created_at WHERE status = 'completed' AND processed_at IS NULL; where
--     nothing was done yet: UPDATE work_queue SET processed_at = NULL WHERE id = <id> AND status = 'pending'; where an item
--     was processed before it was asked for, correct the time that is wrong.
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
