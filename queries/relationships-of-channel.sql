-- The relationships that begin at the questions of a channel.
-- For: the bot that prepares voice interviews, before it adds others.
-- :channel = 'system-design'
SELECT
    relationship.source_question_id,
    relationship.target_question_id,
    relationship.relationship_type
FROM
    questions AS question
    JOIN question_relationships AS relationship ON relationship.source_question_id = question.id
WHERE
    question.channel = :channel;
