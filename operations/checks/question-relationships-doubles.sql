-- Duplicate relationships, or relationships from a question to itself.
-- Level: note
-- Why: A reader is shown the same follow-up twice, or the present question.
-- Remedy: DELETE FROM question_relationships WHERE id = <last_id>.
SELECT
    relationship.source_question_id AS source_question_id,
    relationship.target_question_id AS target_question_id,
    relationship.relationship_type AS relationship_type,
    count(*) AS rows,
    max(relationship.id) AS last_id
FROM
    question_relationships AS relationship
GROUP BY
    relationship.source_question_id,
    relationship.target_question_id,
    relationship.relationship_type
HAVING
    count(*) > 1
    OR relationship.source_question_id = relationship.target_question_id
ORDER BY
    relationship.source_question_id,
    relationship.target_question_id;
