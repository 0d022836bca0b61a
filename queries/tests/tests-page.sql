-- All tests ordered by id, a page at a time: a new title is compared with the titles that are there.
-- For: the list of all tests, and the bot that writes tests.
-- :after_id = ''
-- :limit = 1000
SELECT
    id,
    channel_id,
    channel_name,
    title,
    json_array_length(questions) AS question_count
FROM
    tests
WHERE
    id > :after_id
ORDER BY
    id
LIMIT
    :limit;
