-- Deletes jobs that were completed before a time, at most 500: repeat it while it returns rows.
-- For: `pnpm bot:queue purge`.
-- :before = '2026-11-08T00:00:00.000Z'
DELETE FROM work_queue
WHERE
    id IN (
        SELECT
            done.id
        FROM
            work_queue AS done
        WHERE
            done.status = 'completed'
            AND done.processed_at < :before
        LIMIT
            500
    )
RETURNING
    id;
