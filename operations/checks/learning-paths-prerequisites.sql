-- Prerequisites of learning paths that are missing, or are the path itself.
-- Level: warning
-- Why: Such a prerequisite can never be met.
-- Remedy: Load the missing path, or remove its id from learning_paths.prerequisites.
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
    ) AS prerequisite
FROM
    learning_paths AS path,
    json_each(
        iif(
            json_valid(path.prerequisites),
            iif(
                json_type(path.prerequisites) = 'array',
                path.prerequisites,
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
            learning_paths AS target
        WHERE
            target.id = element.value
            AND target.id <> path.id
    )
ORDER BY
    path.id,
    element.key;
