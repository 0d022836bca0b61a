-- How many events of each kind there were since a time.
-- For: the monitor of changes, and the weekly report.
-- :since = '2026-11-16T00:00:00.000Z'
-- Sorts: the events of the time asked for, to group them; the index is in the order of time.
SELECT
    event_type,
    event_source,
    count(*) AS events
FROM
    question_history
WHERE
    created_at >= :since
GROUP BY
    event_type,
    event_source;
