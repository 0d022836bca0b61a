-- The active certifications by name, optionally of one provider.
-- For: the catalogue of certifications.
-- :provider = '%'
-- :limit = 100
SELECT
    id,
    name,
    provider,
    difficulty,
    category,
    question_count
FROM
    certifications
WHERE
    status = 'active'
    AND provider LIKE :provider
ORDER BY
    name
LIMIT
    :limit;
