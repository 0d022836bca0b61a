-- The certifications of one category by name.
-- For: the catalogue of certifications, when a category is chosen.
-- :category = 'cloud'
-- :limit = 100
SELECT
    id,
    name,
    provider,
    difficulty,
    question_count
FROM
    certifications
WHERE
    category = :category
    AND status = 'active'
ORDER BY
    name
LIMIT
    :limit;
