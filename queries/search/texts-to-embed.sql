-- The texts of active questions with the state of their vectors, a page at a time.
-- For: `pnpm vector:sync`.
-- :channel = NULL
-- :after = ''
-- :limit = 2000
SELECT
    question.id AS id,
    question.question AS text,
    vector.model AS model,
    vector.content_hash AS content_hash
FROM
    questions AS question
    LEFT JOIN question_vectors AS vector ON vector.question_id = question.id
WHERE
    question.id > :after
    AND question.status = 'active'
    AND (
        :channel IS NULL
        OR question.channel = :channel
    )
ORDER BY
    question.id
LIMIT
    :limit;
