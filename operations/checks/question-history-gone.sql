-- History of missing questions without an event that says that they were deleted.
-- Level: note
-- Why: Either the history came from another database, or a question was removed without firing triggers.
-- Remedy: Restore the question from a backup or an export; if it was removed on purpose, there is nothing to do.
SELECT
    event.question_id AS question_id,
    count(*) AS events,
    max(event.created_at) AS last_event_at
FROM
    question_history AS event
WHERE
    event.question_type = 'question'
    AND NOT EXISTS (
        SELECT
            1
        FROM
            questions AS question
        WHERE
            question.id = event.question_id
    )
GROUP BY
    event.question_id
HAVING
    sum(event.event_type = 'deleted') = 0
ORDER BY
    event.question_id;
