-- The relationships that begin at some questions.
-- For: the bot that prepares voice interviews, before it adds others.
-- :question_ids = '["q-1","q-2"]'
SELECT
    source_question_id,
    target_question_id,
    relationship_type
FROM
    question_relationships
WHERE
    source_question_id IN (
        SELECT
            value
        FROM
            json_each(:question_ids)
    );
