-- One question with all that a bot checks or changes, whatever its status.
-- For: the verifier and the processor.
-- :question_id = 'q-42'
SELECT
    id,
    question,
    answer,
    explanation,
    diagram,
    difficulty,
    tags,
    channel,
    sub_channel,
    companies,
    eli5,
    tldr,
    status,
    created_at
FROM
    questions
WHERE
    id = :question_id;
