-- All questions ordered by id, a page at a time.
-- For: the export, and the bots that check every question.
-- :after_id = ''
-- :limit = 100
SELECT
    id,
    question,
    answer,
    explanation,
    difficulty,
    tags,
    channel,
    sub_channel,
    status,
    last_updated
FROM
    questions
WHERE
    id > :after_id
ORDER BY
    id
LIMIT
    :limit;
