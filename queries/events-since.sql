-- The number of events by kind since a time.
-- For: the monitor of changes, and the weekly report.
-- :since = '2026-11-16T00:00:00.000Z'
-- Sorts: groups the events of the period; the index is ordered by time.
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
