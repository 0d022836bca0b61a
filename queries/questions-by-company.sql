-- Active questions that a company is known to ask.
-- For: the bot that makes learning paths.
-- :company = 'Amazon'
-- :limit = 50
-- Scans: looks for a word inside a text, which no index of values can serve.
SELECT
    id,
    question,
    channel,
    difficulty
FROM
    questions
WHERE
    status = 'active'
    AND companies LIKE '%"' || :company || '"%'
LIMIT
    :limit;
