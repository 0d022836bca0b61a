-- Values in certifications that are not documented.
-- Level: error
-- Why: No query selects such a row, and the schema of this project refuses it: the next write to it fails.
-- Remedy: Correct it to a documented value: UPDATE certifications SET <column> = '<value>' WHERE id = '<id>'.
SELECT
    certification.id AS id,
    field.key AS "column",
    substr(field.value, 1, 60) AS value
FROM
    certifications AS certification,
    json_each(
        json_object(
            'difficulty',
            certification.difficulty,
            'category',
            certification.category,
            'status',
            certification.status,
            'passing_score',
            certification.passing_score,
            'estimated_hours',
            certification.estimated_hours,
            'exam_duration',
            certification.exam_duration
        )
    ) AS field
WHERE
    CASE field.key
        WHEN 'difficulty' THEN field.value IS NULL
        OR field.value NOT IN ('beginner', 'intermediate', 'advanced', 'expert')
        WHEN 'category' THEN field.value IS NULL
        OR field.value NOT IN (
            'cloud',
            'devops',
            'security',
            'data',
            'ai',
            'development',
            'management'
        )
        WHEN 'status' THEN field.value IS NULL
        OR field.value NOT IN ('active', 'draft', 'archived')
        WHEN 'passing_score' THEN field.value IS NULL
        OR field.value NOT BETWEEN 0 AND 100
        WHEN 'estimated_hours' THEN field.value IS NULL
        OR field.value < 0
        WHEN 'exam_duration' THEN field.value IS NULL
        OR field.value < 0
    END
ORDER BY
    field.key,
    certification.id;
