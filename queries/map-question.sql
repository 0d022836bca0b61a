-- Maps a question to a sub-channel of a channel; an existing mapping is kept.
-- For: the application, and the bot that sorts questions.
-- :channel = 'system-design'
-- :sub_channel = 'caching'
-- :question_id = 'q-42'
INSERT OR IGNORE INTO
    channel_mappings (channel_id, sub_channel, question_id)
VALUES
    (:channel, :sub_channel, :question_id);
