-- Milestones of learning paths without id or title, or with missing or miscounted questions.
-- Level: warning
-- Why: Progress is shown by milestones: one without questions, or with the wrong number, is never reached.
-- Remedy: Correct the milestone in learning_paths.milestones.
SELECT
    found.id AS id,
    found.position AS position,
    found.problem AS problem
FROM
    (
        SELECT
            path.id AS id,
            milestone.key AS position,
            CASE
                WHEN milestone.type <> 'object' THEN NULL
                WHEN json_type(milestone.value, '$.id') IS NOT 'text' THEN 'has no id'
                WHEN json_type(milestone.value, '$.title') IS NOT 'text' THEN 'has no title'
                WHEN coalesce(
                    json_type(milestone.value, '$.questionIds'),
                    'array'
                ) <> 'array' THEN 'has questionIds that are not an array'
                WHEN EXISTS (
                    SELECT
                        1
                    FROM
                        json_each(milestone.value, '$.questionIds') AS element
                    WHERE
                        NOT EXISTS (
                            SELECT
                                1
                            FROM
                                questions AS question
                            WHERE
                                question.id = element.value
                        )
                ) THEN 'names a question that is not there'
                WHEN json_type(milestone.value, '$.questionIds') = 'array'
                AND milestone.value ->> '$.questionCount' <> json_array_length(milestone.value, '$.questionIds') THEN 'has a questionCount that is not that of its questionIds'
            END AS problem
        FROM
            learning_paths AS path,
            json_each(
                iif(
                    json_valid(path.milestones),
                    iif(
                        json_type(path.milestones) = 'array',
                        path.milestones,
                        '[]'
                    ),
                    '[]'
                )
            ) AS milestone
    ) AS found
WHERE
    found.problem IS NOT NULL
ORDER BY
    found.id,
    found.position;
