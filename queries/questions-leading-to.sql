-- The questions that a question follows from.
-- For: the page of a question.
-- :question_id = 'q-42'
SELECT
    source.id AS id,
    source.question AS question,
    relationship.relationship_type AS relationship_type
FROM
    question_relationships AS relationship
    JOIN questions AS source ON source.id = relationship.source_question_id
WHERE
    relationship.target_question_id = :question_id
    AND relationship.relationship_type IN ('follow_up', 'deeper_dive')
    AND source.status <> 'deleted';
