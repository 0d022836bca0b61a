-- The learning paths of one type, the most popular first, optionally with a word in title or tags.
-- For: the catalogue of learning paths, when a type is chosen.
-- :path_type = 'skill'
-- :words = '%'
-- :limit = 20
SELECT
    id,
    title,
    description,
    difficulty,
    estimated_hours,
    popularity
FROM
    learning_paths
WHERE
    path_type = :path_type
    AND status = 'active'
    AND (
        title LIKE :words
        OR tags LIKE :words
    )
ORDER BY
    popularity DESC,
    created_at DESC
LIMIT
    :limit;
