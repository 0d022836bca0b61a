-- By status: when the latest job was requested, when the latest one ended, and how many ended since a time.
-- For: the pages of the console that show the queue.
-- :since = '2026-11-21T12:00:00.000Z'
-- Scans: reads all of a small table, ordered by an index.
SELECT
    status,
    max(created_at) AS latest_created_at,
    max(processed_at) AS latest_processed_at,
    sum(processed_at >= :since) AS processed_since
FROM
    work_queue
GROUP BY
    status;
