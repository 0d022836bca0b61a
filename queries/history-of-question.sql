-- The history of a question, the latest event first.
-- For: the page of a question's history.
-- :question_id = 'q-42'
-- :question_type = 'question'
-- :limit = 50
SELECT
    event_type,
    event_source,
    source_name,
    changes_summary,
    changed_fields,
    before_snapshot,
    after_snapshot,
    reason,
    created_at
FROM
    question_history
WHERE
    question_id = :question_id
    AND question_type = :question_type
ORDER BY
    created_at DESC
LIMIT
    :limit;
