-- Marks a question as deleted: it is kept but no longer shown.
-- For: moderators, and the bot that removes duplicates.
-- :question_id = 'q-42'
UPDATE questions
SET
    status = 'deleted'
WHERE
    id = :question_id;
