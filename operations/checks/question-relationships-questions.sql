-- Relationships of missing questions, where there is no foreign key.
-- Level: error
-- Why: A reader is sent to a question that cannot be opened.
-- Remedy: DELETE FROM question_relationships WHERE id = <id>; then `pnpm db:adopt` adds the foreign keys.
SELECT
    relationship.id AS id,
    relationship.source_question_id AS source_question_id,
    relationship.target_question_id AS target_question_id
FROM
    question_relationships AS relationship
WHERE
    (
        NOT EXISTS (
            SELECT
                1
            FROM
                questions AS question
            WHERE
                question.id = relationship.source_question_id
        )
        OR NOT EXISTS (
            SELECT
                1
            FROM
                questions AS question
            WHERE
                question.id = relationship.target_question_id
        )
    )
    -- Where foreign keys are defined, foreign-keys.sql finds the same rows.
    AND (
        SELECT
            count(*)
        FROM
            pragma_foreign_key_list ('question_relationships')
    ) < 2
ORDER BY
    relationship.id;
