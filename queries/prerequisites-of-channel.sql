-- The prerequisites of a channel's questions, the prerequisites of those, and so on.
-- For: the bot that prepares voice interviews, so that no question becomes its own prerequisite.
-- :channel = 'system-design'
WITH RECURSIVE
    reached (id) AS (
        SELECT
            id
        FROM
            questions
        WHERE
            channel = :channel
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
