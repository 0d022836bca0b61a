-- How a question relates to others, and others to it, the closest first.
-- For: the console's page of a question.
-- :question_id = 'q-42'
-- :limit = 50
-- Sorts: the relationships of one question, of both directions.
SELECT
    'to' AS direction,
    relationship.relationship_type AS relationship_type,
    relationship.strength AS strength,
    relationship.target_question_id AS id
FROM
    question_relationships AS relationship
WHERE
    relationship.source_question_id = :question_id
UNION ALL
SELECT
    'from',
    relationship.relationship_type,
    relationship.strength,
    relationship.source_question_id
FROM
    question_relationships AS relationship
WHERE
    relationship.target_question_id = :question_id
ORDER BY
    strength DESC,
    id
LIMIT
    :limit;
