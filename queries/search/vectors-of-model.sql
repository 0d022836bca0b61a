-- The vectors of one encoder, a page at a time.
-- For: `pnpm vector:duplicates`.
-- :model = 'example/3'
-- :after = ''
-- :limit = 2000
SELECT
    question_id,
    vector
FROM
    question_vectors
WHERE
    question_id > :after
    AND model = :model
ORDER BY
    question_id
LIMIT
    :limit;
