-- The vectors of some questions by one encoder.
-- For: the bot that relates questions.
-- :model = 'example/3'
-- :question_ids = '["q-1","q-2"]'
SELECT
    question_id,
    coalesce(whole, vector) AS vector
FROM
    question_vectors
WHERE
    question_id IN (
        SELECT
            value
        FROM
            json_each(:question_ids)
    )
    AND model = :model;
