-- The latest events of one kind and source.
-- For: the monitor of changes, when it is filtered.
-- :event_type = 'improved'
-- :event_source = 'bot'
-- :limit = 50
-- Scans: reads an index from its end, filters in the index, and stops at the limit.
SELECT
    question_id,
    question_type,
    source_name,
    changes_summary,
    created_at
FROM
    question_history
WHERE
    event_type = :event_type
    AND event_source = :event_source
ORDER BY
    created_at DESC
LIMIT
    :limit;
