-- Saves a question: a new one, or an old one as a whole; columns that are not named take their defaults. The history is
-- written by triggers.
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
