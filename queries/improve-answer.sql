-- Replaces the answer of a question. Triggers update last_updated and the history.
-- For: the bot that improves questions.
-- :question_id = 'q-42'
-- :answer = 'Writers drop the entry after the commit.'
-- :explanation = 'A reader that comes in between sees the old value for a moment.'
UPDATE questions
SET
    answer = :answer,
    explanation = :explanation
WHERE
    id = :question_id;
