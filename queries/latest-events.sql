-- The latest events of all questions.
-- For: the monitor of changes.
-- :limit = 50
-- Scans: reads an index from its end and stops at the limit.
SELECT
    question_id,
    question_type,
    event_type,
    event_source,
    source_name,
    changes_summary,
    created_at
FROM
    question_history
ORDER BY
    created_at DESC
LIMIT
    :limit;
