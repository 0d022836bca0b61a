-- Phase 4, advanced features: what people are working through, so that they can continue where they stopped.
CREATE TABLE user_sessions (
    /*
     * One row is one person's progress through a test, a voice interview, a certification, a channel or a training.
     * Maintenance marks sessions as abandoned after 7 days without progress.
     */
    -- Identifies the session. A random UUID by default.
    id TEXT NOT NULL PRIMARY KEY DEFAULT (
        lower(
            printf(
                '%s-%s-4%s-%s%s-%s',
                hex(randomblob(4)),
                hex(randomblob(2)),
                substr(hex(randomblob(2)), 2),
                substr('89AB', 1 + (random() & 3), 1),
                substr(hex(randomblob(2)), 2),
                hex(randomblob(6))
            )
        )
    ),
    -- Whose session it is; NULL for a visitor who is not signed in.
    user_id TEXT REFERENCES users (id),
    -- What is worked through: test, voice-interview, certification, channel or training.
    session_type TEXT NOT NULL,
    -- Identifies what is worked through within its type, so that the session can be continued.
    session_key TEXT NOT NULL,
    -- The name shown to the user.
    title TEXT NOT NULL,
    -- A second line below the title.
    subtitle TEXT,
    -- The channel, where the session belongs to one.
    channel_id TEXT,
    -- The certification, where it belongs to one; no foreign key, because the application knows more of them.
    certification_id TEXT,
    -- How far the user is, in percent.
    progress INTEGER NOT NULL DEFAULT 0,
    -- How many items there are.
    total_items INTEGER NOT NULL,
    -- How many of them are done.
    completed_items INTEGER NOT NULL DEFAULT 0,
    -- What the application needs to continue, such as the current item: any JSON.
    session_data TEXT,
    -- When the session began (ISO-8601, UTC).
    started_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
    -- When the user last made progress (ISO-8601, UTC). Follows the progress unless the writer sets it.
    last_accessed_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
    -- When it was completed (ISO-8601, UTC).
    completed_at TEXT,
    -- active: under way; completed: done; abandoned: no progress for 7 days.
    status TEXT NOT NULL DEFAULT 'active',
    CONSTRAINT user_sessions_id_is_not_empty CHECK (id <> ''),
    CONSTRAINT user_sessions_session_type_is_known CHECK (
        session_type IN (
            'test',
            'voice-interview',
            'certification',
            'channel',
            'training'
        )
    ),
    CONSTRAINT user_sessions_session_key_is_not_empty CHECK (session_key <> ''),
    CONSTRAINT user_sessions_progress_is_between_0_and_100 CHECK (progress BETWEEN 0 AND 100),
    CONSTRAINT user_sessions_total_items_is_not_negative CHECK (total_items >= 0),
    CONSTRAINT user_sessions_completed_items_is_not_negative CHECK (completed_items >= 0),
    CONSTRAINT user_sessions_session_data_is_json CHECK (
        session_data IS NULL
        OR json_valid(session_data)
    ),
    CONSTRAINT user_sessions_status_is_known CHECK (status IN ('active', 'completed', 'abandoned'))
) STRICT;

CREATE INDEX idx_user_sessions_status_last_accessed_at ON user_sessions (
    /* Serves the sessions under way, the latest first, v_active_sessions, and the search for abandoned ones. */
    status,
    last_accessed_at
);

CREATE INDEX idx_user_sessions_user_id_status_last_accessed_at ON user_sessions (
    /*
     * Serves the sessions of a user, those under way with the latest first, and the removal of a user. With the status
     * in it, it is chosen before the index above.
     */
    user_id,
    status,
    last_accessed_at
);

CREATE INDEX idx_user_sessions_session_key_session_type ON user_sessions (
    /* Serves continuing the session of a test, an interview, a certification, a channel or a training. */
    session_key,
    session_type
);
