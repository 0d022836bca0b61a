-- Values in learning_paths that are not documented.
-- Level: error
-- Why: No query selects such a row, and the schema of this project refuses it: the next write to it fails.
-- Remedy: Correct it to a documented value: UPDATE learning_paths SET <column> = '<value>' WHERE id = '<id>'.
SELECT
    path.id AS id,
    field.key AS "column",
    substr(field.value, 1, 60) AS value
FROM
    learning_paths AS path,
    json_each(
        json_object(
            'difficulty',
            path.difficulty,
            'path_type',
            path.path_type,
            'status',
            path.status,
            'completion_rate',
            path.completion_rate,
            'average_rating',
            path.average_rating,
            'estimated_hours',
            path.estimated_hours,
            'popularity',
            path.popularity
        )
    ) AS field
WHERE
    CASE field.key
        WHEN 'difficulty' THEN field.value IS NULL
        OR field.value NOT IN ('beginner', 'intermediate', 'advanced')
        WHEN 'path_type' THEN field.value IS NULL
        OR field.value NOT IN ('company', 'job-title', 'skill', 'certification')
        WHEN 'status' THEN field.value IS NULL
        OR field.value NOT IN ('active', 'draft', 'archived')
        WHEN 'completion_rate' THEN field.value IS NULL
        OR field.value NOT BETWEEN 0 AND 100
        WHEN 'average_rating' THEN field.value IS NULL
        OR field.value NOT BETWEEN 0 AND 100
        WHEN 'estimated_hours' THEN field.value IS NULL
        OR field.value < 0
        WHEN 'popularity' THEN field.value IS NULL
        OR field.value < 0
    END
ORDER BY
    field.key,
    path.id;
