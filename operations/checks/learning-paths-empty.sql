-- Active learning paths without questions, or with a question listed twice.
-- Level: warning
-- Why: A path without questions cannot be followed; a duplicate is counted twice.
-- Remedy: Fill learning_paths.question_ids, or UPDATE learning_paths SET status = 'draft' WHERE id = '<id>'.
SELECT
    found.id AS id,
    found.questions AS questions,
    found.different AS different
FROM
    (
        SELECT
            path.id AS id,
            (
                SELECT
                    count(*)
                FROM
                    json_each(
                        iif(
                            json_valid(path.question_ids),
                            iif(
                                json_type(path.question_ids) = 'array',
                                path.question_ids,
                                '[]'
                            ),
                            '[]'
                        )
                    ) AS element
            ) AS questions,
            (
                SELECT
                    count(DISTINCT element.value)
                FROM
                    json_each(
                        iif(
                            json_valid(path.question_ids),
                            iif(
                                json_type(path.question_ids) = 'array',
                                path.question_ids,
                                '[]'
                            ),
                            '[]'
                        )
                    ) AS element
            ) AS different
        FROM
            learning_paths AS path
        WHERE
            path.status = 'active'
    ) AS found
WHERE
    found.questions = 0
    OR found.questions <> found.different
ORDER BY
    found.id;
