-- Saves a new question, or replaces an existing one; columns that are not named get their defaults. Triggers write the
-- history.
-- For: the application, and the bot that writes questions.
-- :question_id = 'q-42'
-- :question = 'How does a cache keep up with its source?'
-- :answer = 'Writers drop the entry after the commit; readers fill it again.'
-- :explanation = 'What was never dropped ends with its time to live.'
-- :difficulty = 'intermediate'
-- :tags = '["caching"]'
-- :channel = 'system-design'
-- :sub_channel = 'caching'
INSERT OR REPLACE INTO
    questions (
        id,
        question,
        answer,
        explanation,
        difficulty,
        tags,
        channel,
        sub_channel
    )
VALUES
    (
        :question_id,
        :question,
        :answer,
        :explanation,
        :difficulty,
        :tags,
        :channel,
        :sub_channel
    );
