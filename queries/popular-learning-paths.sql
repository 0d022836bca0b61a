-- The active learning paths, the most popular first.
-- For: the catalogue of learning paths.
-- :limit = 20
SELECT
    id,
    title,
    path_type,
    target_company,
    target_job_title,
    difficulty,
    estimated_hours,
    popularity
FROM
    learning_paths
WHERE
    status = 'active'
ORDER BY
    popularity DESC,
    created_at DESC
LIMIT
    :limit;
