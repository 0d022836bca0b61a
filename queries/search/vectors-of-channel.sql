-- The vectors of a channel's active questions by one encoder.
-- For: the bot that relates questions to each other.
-- :channel = 'sre'
-- :model = 'example/3'
SELECT
    vector.question_id,
    vector.vector
FROM
    questions AS question
    JOIN question_vectors AS vector ON vector.question_id = question.id
WHERE
    question.channel = :channel
    AND question.status = 'active'
    AND vector.model = :model;
