-- Sessions of missing users, where there is no foreign key.
-- Level: error
-- Why: They can never be resumed, and they count as activity.
-- Remedy: UPDATE user_sessions SET user_id = NULL WHERE id = '<id>'; then `pnpm db:adopt` adds the foreign key.
SELECT
    child.id AS id,
    child.user_id AS user_id
FROM
    user_sessions AS child
WHERE
    child.user_id IS NOT NULL
    AND NOT EXISTS (
        SELECT
            1
        FROM
            users AS parent
        WHERE
            parent.id = child.user_id
    )
    -- Where a foreign key is defined, foreign-keys.sql finds the same rows.
    AND NOT EXISTS (
        SELECT
            1
        FROM
            pragma_foreign_key_list ('user_sessions') AS reference
        WHERE
            reference."from" = 'user_id'
    )
ORDER BY
    child.id;
