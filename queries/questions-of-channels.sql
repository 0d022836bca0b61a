-- The texts of the active questions of some channels.
-- For: the verifier, which looks for repeated questions.
-- :channels = '["database","system-design"]'
SELECT
    id,
    channel,
    question AS text,
    created_at
FROM
    questions
WHERE
    channel IN (
        SELECT
            value
        FROM
            json_each(:channels)
    )
    AND status = 'active';
