-- Starts a session and returns its id.
-- For: tests, voice interviews, certifications, channels and trainings, when a user starts one.
-- :user_id = NULL
-- :session_type = 'test'
-- :session_key = 'test-system-design'
-- :title = 'System design, 20 questions'
-- :total_items = 20
INSERT INTO
    user_sessions (
        user_id,
        session_type,
        session_key,
        title,
        total_items
    )
VALUES
    (
        :user_id,
        :session_type,
        :session_key,
        :title,
        :total_items
    )
RETURNING
    id;
