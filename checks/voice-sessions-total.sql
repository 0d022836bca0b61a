-- Voice sessions whose total_questions is not the number of their question_ids.
-- Level: warning
-- Why: The interview promises more or fewer questions than it asks.
-- Remedy: UPDATE voice_sessions SET total_questions = json_array_length(question_ids) WHERE id = '<id>'.
SELECT
    session.id AS id,
    session.total_questions AS total_questions,
    iif(
        json_valid(session.question_ids),
        json_array_length(session.question_ids),
        NULL
    ) AS listed
FROM
    voice_sessions AS session
WHERE
    iif(
        json_valid(session.question_ids),
        session.total_questions IS NOT json_array_length(session.question_ids),
        FALSE
    )
ORDER BY
    session.id;
