-- Duplicate mappings.
-- Level: warning
-- Why: A channel shows the question twice; writers rely on INSERT OR IGNORE, which needs a unique key.
-- Remedy: Keep the first: DELETE FROM channel_mappings WHERE id = <last_id>; then `pnpm db:adopt` adds the unique
--     key.
SELECT
    mapping.channel_id AS channel_id,
    mapping.sub_channel AS sub_channel,
    mapping.question_id AS question_id,
    count(*) AS rows,
    max(mapping.id) AS last_id
FROM
    channel_mappings AS mapping
GROUP BY
    mapping.channel_id,
    mapping.sub_channel,
    mapping.question_id
HAVING
    count(*) > 1
ORDER BY
    mapping.channel_id,
    mapping.sub_channel,
    mapping.question_id;
