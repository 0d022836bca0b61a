-- How often a bot has changed each of some questions in the last 7 days.
-- For: the verifier, which gives up on a question that no edit helps.
-- :bot = 'processor'
-- :question_ids = '["q-41","q-42"]'
SELECT
    question.value AS id,
    (
        SELECT
            count(*)
        FROM
            bot_ledger AS ledger
        WHERE
            ledger.item_id = question.value
            AND ledger.item_type = 'question'
            AND ledger.created_at > strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '-7 days')
            AND ledger.bot_name = :bot
            AND ledger.action = 'update'
    ) AS edits
FROM
    json_each(:question_ids) AS question;
