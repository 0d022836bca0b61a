-- The prerequisites of a channel's questions, the prerequisites of those, and so on.
-- For: the bot that prepares voice interviews, so that no question becomes its own prerequisite.
-- :channel = 'system-design'
WITH RECURSIVE
    reached (source_question_id, target_question_id) AS (
        SELECT
            relationship.source_question_id,
            relationship.target_question_id
        FROM
            questions AS question
            JOIN question_relationships AS relationship ON relationship.source_question_id = question.id
            AND relationship.relationship_type = 'prerequisite'
        WHERE
            question.channel = :channel
        UNION
        SELECT
            relationship.source_question_id,
            relationship.target_question_id
        FROM
            reached
            JOIN question_relationships AS relationship ON relationship.source_question_id = reached.target_question_id
            AND relationship.relationship_type = 'prerequisite'
    )
SELECT
    source_question_id,
    target_question_id
FROM
    reached;
