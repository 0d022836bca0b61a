-- One question of any status, as a list shows it.
-- For: the console's list of questions, when an id is searched for.
-- :question_id = 'q-42'
SELECT
    id,
    substr(question, 1, 300) AS question,
    channel,
    sub_channel,
    difficulty,
    status,
    last_updated
FROM
    questions
WHERE
    id = :question_id;
