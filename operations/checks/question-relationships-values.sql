-- Values in question_relationships that are not documented.
-- Level: error
-- Why: No query selects such a row, and the schema of this project refuses it: the next write to it fails.
-- Remedy: Correct it to a documented value: UPDATE question_relationships SET <column> = '<value>' WHERE id =
--     '<id>'.
SELECT
    relationship.id AS id,
    field.key AS "column",
    substr(field.value, 1, 60) AS value
FROM
    question_relationships AS relationship,
    json_each(
        json_object(
            'relationship_type',
            relationship.relationship_type,
            'strength',
            relationship.strength
        )
    ) AS field
WHERE
    CASE field.key
        WHEN 'relationship_type' THEN field.value IS NULL
        OR field.value NOT IN (
            'prerequisite',
            'follow_up',
            'related',
            'deeper_dive'
        )
        WHEN 'strength' THEN field.value IS NULL
        OR field.value NOT BETWEEN 0 AND 100
    END
ORDER BY
    field.key,
    relationship.id;
