-- Phase 1, core tables: the channels that a question is found in.
CREATE TABLE channel_mappings (
    /*
     * One row puts one question into one part of one channel.
     * A question may be in several channels; its primary one (questions.channel) is among them.
     * Writers rely on INSERT OR IGNORE: inserting the same triple again is neither an error nor a second row.
     */
    -- Counts up; has no meaning outside this table.
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    -- The channel, such as system-design.
    channel_id TEXT NOT NULL,
    -- The part of the channel; empty for the channel as a whole.
    sub_channel TEXT NOT NULL,
    -- The question. No delete action: saving a question by INSERT OR REPLACE must keep its mappings.
    question_id TEXT NOT NULL REFERENCES questions (id),
    CONSTRAINT channel_mappings_channel_id_is_not_empty CHECK (channel_id <> ''),
    -- In this order the unique index also lists the channels with their parts and the questions in them.
    UNIQUE (channel_id, sub_channel, question_id)
) STRICT;

CREATE INDEX idx_channel_mappings_question_id_channel_id_sub_channel ON channel_mappings (
    /*
     * Serves the channels of a question (v_active_questions counts them), the removal of its mappings, and whether it
     * is in a channel: with all columns it is chosen for that before the unique index, which begins with the channel.
     */
    question_id,
    channel_id,
    sub_channel
);
