-- Voice sessions without questions, with a question listed twice, or with a wrong total_questions.
-- Level: warning
-- Why: The interview promises more or fewer questions than it asks.
-- Remedy: Fill question_ids, and remove duplicates; then UPDATE voice_sessions SET total_questions =
--     json_array_length(question_ids) WHERE id = '<id>'.
SELECT
    found.id AS id,
    found.total_questions AS total_questions,
    found.listed AS listed,
    found.different AS different
FROM
    (
        SELECT
            session.id AS id,
            session.total_questions AS total_questions,
            count(element.key) AS listed,
            count(DISTINCT element.value) AS different
        FROM
            voice_sessions AS session
            LEFT JOIN json_each(
                iif(
                    json_valid(session.question_ids),
                    session.question_ids,
                    '[]'
                )
            ) AS element
        WHERE
            -- voice-sessions-json.sql finds what is not an array.
            iif(
                json_valid(session.question_ids),
                json_type(session.question_ids) = 'array',
                FALSE
            )
        GROUP BY
            session.id
    ) AS found
WHERE
    found.total_questions IS NOT found.listed
    OR found.listed = 0
    OR found.different < found.listed
ORDER BY
    found.id;
