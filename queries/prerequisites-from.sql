-- The prerequisites of some questions, the prerequisites of those, and so on.
-- For: the bot that prepares voice interviews, so that none becomes its own prerequisite.
-- :question_ids = '["q-1","q-2"]'
WITH RECURSIVE
    reached (id) AS (
        SELECT
            value
        FROM
            json_each(:question_ids)
        UNION
        SELECT
            relationship.target_question_id
        FROM
            reached
            JOIN question_relationships AS relationship ON relationship.source_question_id = reached.id
            AND relationship.relationship_type = 'prerequisite'
    )
SELECT
    relationship.source_question_id,
    relationship.target_question_id
FROM
    reached
    JOIN question_relationships AS relationship ON relationship.source_question_id = reached.id
    AND relationship.relationship_type = 'prerequisite';
