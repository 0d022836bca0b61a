-- The coding challenges of one category by title.
-- For: the list of challenges, when a category is chosen.
-- :category = 'arrays'
-- :limit = 100
SELECT
    id,
    title,
    difficulty,
    tags,
    time_limit
FROM
    coding_challenges
WHERE
    category = :category
ORDER BY
    title
LIMIT
    :limit;
