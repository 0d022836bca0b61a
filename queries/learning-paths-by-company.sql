-- The learning paths for the interviews of a company, the most popular first.
-- For: the catalogue of learning paths, when a company is chosen.
-- :company = 'Amazon'
-- :limit = 20
SELECT
    id,
    title,
    target_job_title,
    difficulty,
    estimated_hours,
    popularity
FROM
    learning_paths
WHERE
    target_company = :company
    AND status = 'active'
ORDER BY
    popularity DESC,
    created_at DESC
LIMIT
    :limit;
