-- Missing questions of learning paths.
-- Level: warning
-- Why: The path shows a gap, and counts a question that cannot be answered.
-- Remedy: Load the missing questions, or remove their ids from learning_paths.question_ids.
SELECT
    path.id AS id,
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
    learning_paths AS path,
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
    path.id,
    element.key;
