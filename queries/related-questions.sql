-- The questions related to a question, the closest first.
-- For: the page of a question.
-- :question_id = 'q-42'
-- Sorts: the few relationships of one question.
SELECT
    relationship.relationship_type AS relationship_type,
    relationship.strength AS strength,
    target.id AS id,
    target.question AS question,
    target.channel AS channel
FROM
    question_relationships AS relationship
    JOIN questions AS target ON target.id = relationship.target_question_id
WHERE
    relationship.source_question_id = :question_id
    AND target.status <> 'deleted'
ORDER BY
    relationship.strength DESC;
