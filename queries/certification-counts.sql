-- How many certifications there are of each category and difficulty.
-- For: the catalogue of certifications.
-- Sorts: a small table, for an overview; an index would be written to on each change.
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
