-- How many jobs were completed before a time.
-- For: `pnpm bot:queue purge --dry-run`.
-- :before = '2026-11-08T00:00:00.000Z'
SELECT
    count(*) AS jobs
FROM
    work_queue
WHERE
    status = 'completed'
    AND processed_at < :before;
