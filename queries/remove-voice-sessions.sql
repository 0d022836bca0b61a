-- Removes voice interviews by their ids.
-- For: the bot that prepares voice interviews, which replaces those that it made itself.
-- :session_ids = '["vs-system-design-0a1b2c3d4e5f"]'
DELETE FROM voice_sessions
WHERE
    id IN (
        SELECT
            value
        FROM
            json_each(:session_ids)
    );
