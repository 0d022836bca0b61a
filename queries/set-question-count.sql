-- Sets the number of questions for a certification.
-- For: the bot that adds questions.
-- :certification_id = 'aws-saa'
-- :question_count = 120
-- :last_updated = '2026-11-22T09:00:00.000Z'
UPDATE certifications
SET
    question_count = :question_count,
    last_updated = :last_updated
WHERE
    id = :certification_id;
