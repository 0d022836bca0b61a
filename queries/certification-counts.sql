-- The number of certifications by category and difficulty.
-- For: the catalogue of certifications.
-- Sorts: a small table; an index would slow down each write.
SELECT
    category,
    difficulty,
    count(*) AS certifications
FROM
    certifications
WHERE
    status = 'active'
GROUP BY
    category,
    difficulty;
