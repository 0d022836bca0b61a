-- Learning paths and voice sessions with questions that are marked as deleted.
-- Level: note
-- Why: Readers meet a question that the site no longer shows.
-- Remedy: Replace the question in question_ids, or restore it: UPDATE questions SET status = 'active' WHERE id =
--     '<question_id>'.
SELECT
    holder.id AS id,
    holder.holder AS holder,
    question.id AS question_id
FROM
    (
        SELECT
            path.id AS id,
            'learning_paths' AS holder,
            iif(
                json_valid(path.question_ids),
                iif(
                    json_type(path.question_ids) = 'array',
                    path.question_ids,
                    '[]'
                ),
                '[]'
            ) AS question_ids
        FROM
            learning_paths AS path
        UNION ALL
        SELECT
            session.id,
            'voice_sessions',
            iif(
                json_valid(session.question_ids),
                iif(
                    json_type(session.question_ids) = 'array',
                    session.question_ids,
                    '[]'
                ),
                '[]'
            )
        FROM
            voice_sessions AS session
    ) AS holder,
    json_each(holder.question_ids) AS element
    CROSS JOIN questions AS question ON question.id = element.value
WHERE
    question.status = 'deleted'
ORDER BY
    holder.holder,
    holder.id,
    element.key;
