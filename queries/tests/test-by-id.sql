-- One test with its questions.
-- For: the page of a test.
-- :test_id = 'test-system-design'
SELECT
    id,
    channel_id,
    channel_name,
    title,
    description,
    questions,
    passing_score,
    version,
    created_at,
    last_updated
FROM
    tests
WHERE
    id = :test_id;
