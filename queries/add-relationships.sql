-- Relates questions to others, as far as they are not related in this way.
-- For: the bot that prepares voice interviews, in one transaction for each channel.
-- :relationships = '[{"source":"q-42","target":"q-43","type":"related","strength":80}]'
INSERT INTO
    question_relationships (
        source_question_id,
        target_question_id,
        relationship_type,
        strength
    )
SELECT
    value ->> '$.source',
    value ->> '$.target',
    value ->> '$.type',
    value ->> '$.strength'
FROM
    json_each(:relationships)
WHERE
    NOT EXISTS (
        SELECT
            1
        FROM
            question_relationships
        WHERE
            source_question_id = value ->> '$.source'
            AND relationship_type = value ->> '$.type'
            AND target_question_id = value ->> '$.target'
    );
