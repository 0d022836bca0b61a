-- Open items of the work queue for questions, certifications or voice sessions that are missing.
-- Level: warning
-- Why: The bot that claims them finds nothing, and fails or invents something.
-- Remedy: UPDATE work_queue SET status = 'failed', reason = 'the item is gone' WHERE id = <id> AND status IN
--     ('pending', 'processing').
SELECT
    item.id AS id,
    item.item_type AS item_type,
    item.item_id AS item_id,
    item.action AS action
FROM
    work_queue AS item
WHERE
    item.status IN ('pending', 'processing')
    AND CASE item.item_type
        WHEN 'question' THEN NOT EXISTS (
            SELECT
                1
            FROM
                questions AS question
            WHERE
                question.id = item.item_id
        )
        WHEN 'certification' THEN NOT EXISTS (
            SELECT
                1
            FROM
                certifications AS certification
            WHERE
                certification.id = item.item_id
        )
        WHEN 'voice_session' THEN NOT EXISTS (
            SELECT
                1
            FROM
                voice_sessions AS session
            WHERE
                session.id = item.item_id
        )
    END
ORDER BY
    item.id;
