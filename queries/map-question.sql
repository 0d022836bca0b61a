-- Puts a question into a part of a channel; where it is there already, nothing happens.
-- For: the application, and the bot that sorts questions.
-- :channel = 'system-design'
-- :sub_channel = 'caching'
-- :question_id = 'q-42'
INSERT OR IGNORE INTO
    channel_mappings (channel_id, sub_channel, question_id)
VALUES
    (:channel, :sub_channel, :question_id);
