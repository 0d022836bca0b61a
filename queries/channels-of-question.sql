-- The channels and sub-channels of a question.
-- For: the page of a question.
-- :question_id = 'q-42'
SELECT
    channel_id,
    sub_channel
FROM
    channel_mappings
WHERE
    question_id = :question_id
ORDER BY
    channel_id,
    sub_channel;
