-- Adds voice interviews, and changes those that differ from what they are.
-- For: the bot that prepares voice interviews, in one transaction for each channel.
-- :channel = 'system-design'
-- :sessions = '[{"id":"vs-system-design-0a1b2c3d4e5f","topic":"Caching","description":null,"difficulty":"advanced","questionIds":["q-1","q-2"],"minutes":6}]'
INSERT INTO
    voice_sessions (
        id,
        topic,
        description,
        channel,
        difficulty,
        question_ids,
        total_questions,
        estimated_minutes,
        last_updated
    )
SELECT
    value ->> '$.id',
    value ->> '$.topic',
    value ->> '$.description',
    :channel,
    value ->> '$.difficulty',
    value -> '$.questionIds',
    json_array_length(value, '$.questionIds'),
    value ->> '$.minutes',
    strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
FROM
    json_each(:sessions)
WHERE
    TRUE
ON CONFLICT (id) DO UPDATE
SET
    topic = excluded.topic,
    description = excluded.description,
    difficulty = excluded.difficulty,
    estimated_minutes = excluded.estimated_minutes,
    last_updated = excluded.last_updated
WHERE
    (topic, description, difficulty, estimated_minutes) IS NOT (
        excluded.topic,
        excluded.description,
        excluded.difficulty,
        excluded.estimated_minutes
    );
