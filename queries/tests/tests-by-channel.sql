-- The tests of one channel or certification by title.
-- For: the page of a channel or certification.
-- :channel_id = 'system-design'
-- :limit = 100
SELECT
    id,
    title,
    description,
    json_array_length(questions) AS question_count,
    passing_score
FROM
    tests
WHERE
    channel_id = :channel_id
ORDER BY
    title
LIMIT
    :limit;
