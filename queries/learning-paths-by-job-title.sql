-- The learning paths for a job title at one difficulty, the most popular first.
-- For: the catalogue of learning paths, when a job title is chosen.
-- :job_title = 'backend-engineer'
-- :difficulty = 'intermediate'
-- :limit = 20
SELECT
    id,
    title,
    target_company,
    estimated_hours,
    popularity
FROM
    learning_paths
WHERE
    target_job_title = :job_title
    AND difficulty = :difficulty
    AND status = 'active'
ORDER BY
    popularity DESC,
    created_at DESC
LIMIT
    :limit;
