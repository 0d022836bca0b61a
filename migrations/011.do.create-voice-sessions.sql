-- Phase 4, advanced features: spoken interviews.
CREATE TABLE voice_sessions (
    /* One row is one spoken interview: a topic and its questions in order. */
    -- Identifies the session.
    id TEXT NOT NULL PRIMARY KEY,
    -- What it is about.
    topic TEXT NOT NULL,
    -- What to expect, in a sentence or two.
    description TEXT,
    -- The channel that the questions come from.
    channel TEXT NOT NULL,
    -- How hard it is: beginner, intermediate or advanced.
    difficulty TEXT NOT NULL,
    -- The questions in the order in which they are asked: a JSON array of question ids.
    question_ids TEXT NOT NULL,
    -- How many questions it has.
    total_questions INTEGER NOT NULL,
    -- Its duration in minutes.
    estimated_minutes INTEGER NOT NULL DEFAULT 5,
    -- When it was added (ISO-8601, UTC).
    created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
    -- When it last changed (ISO-8601, UTC).
    last_updated TEXT,
    CONSTRAINT voice_sessions_id_is_not_empty CHECK (id <> ''),
    CONSTRAINT voice_sessions_topic_is_not_empty CHECK (topic <> ''),
    CONSTRAINT voice_sessions_channel_is_not_empty CHECK (channel <> ''),
    CONSTRAINT voice_sessions_difficulty_is_known CHECK (
        difficulty IN ('beginner', 'intermediate', 'advanced')
    ),
    CONSTRAINT voice_sessions_question_ids_is_a_json_array CHECK (
        iif(
            json_valid(question_ids),
            json_type(question_ids) = 'array',
            FALSE
        )
    ),
    CONSTRAINT voice_sessions_total_questions_is_not_negative CHECK (total_questions >= 0),
    CONSTRAINT voice_sessions_estimated_minutes_is_not_negative CHECK (estimated_minutes >= 0)
) STRICT;

CREATE INDEX idx_voice_sessions_channel_topic ON voice_sessions (
    /* Serves the list of all sessions by channel and topic, and the sessions of one channel. */
    channel,
    topic
);
