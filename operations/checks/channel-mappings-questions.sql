-- Mappings of missing questions, where there is no foreign key.
-- Level: error
-- Why: Channels count questions that cannot be opened.
-- Remedy: DELETE FROM channel_mappings WHERE id = <id>; then `pnpm db:adopt` adds the foreign key.
SELECT
    child.id AS id,
    child.question_id AS question_id
FROM
    channel_mappings AS child
WHERE
    child.question_id IS NOT NULL
    AND NOT EXISTS (
        SELECT
            1
        FROM
            questions AS parent
        WHERE
            parent.id = child.question_id
    )
    -- Where a foreign key is defined, foreign-keys.sql finds the same rows.
    AND NOT EXISTS (
        SELECT
            1
        FROM
            pragma_foreign_key_list ('channel_mappings') AS reference
        WHERE
            reference."from" = 'question_id'
    )
ORDER BY
    child.id;
