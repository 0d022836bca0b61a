-- Missing questions of voice sessions.
-- Level: warning
-- Why: The interview stops at the missing question.
-- Remedy: Load the missing questions, or remove their ids from voice_sessions.question_ids and lower
--     total_questions.
SELECT
    session.id AS id,
    element.key AS position,
    -- In hexadecimal unless it is plain, because an unpaired surrogate crashes some drivers.
    substr(
        iif(
            element.value GLOB '*[^ -~]*',
            'x''' || hex(element.value) || '''',
            element.value
        ),
        1,
        60
    ) AS missing_id
FROM
    voice_sessions AS session,
    json_each(
        iif(
            json_valid(session.question_ids),
            iif(
                json_type(session.question_ids) = 'array',
                session.question_ids,
                '[]'
            ),
            '[]'
        )
    ) AS element
WHERE
    element.type = 'text'
    AND NOT EXISTS (
        SELECT
            1
        FROM
            questions AS target
        WHERE
            target.id = element.value
    )
ORDER BY
    session.id,
    element.key;
