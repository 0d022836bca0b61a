-- A page of the history of a question, the latest event first: those before an event, or from the latest one on.
-- For: the console's page of a question.
-- :question_id = 'q-42'
-- :question_type = 'question'
-- :before_at = '9999'
-- :before_id = 0
-- :limit = 51
-- Sorts: the events of one moment.
SELECT
    id,
    event_type,
    event_source,
    source_name,
    changes_summary,
    changed_fields,
    before_snapshot,
    after_snapshot,
    reason,
    metadata,
    created_at
FROM
    question_history
WHERE
    question_id = :question_id
    AND question_type = :question_type
    AND (created_at, id) < (:before_at, :before_id)
ORDER BY
    created_at DESC,
    id DESC
LIMIT
    :limit;
