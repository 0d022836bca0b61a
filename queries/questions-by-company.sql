-- Active questions that a company is known to ask.
-- For: the bot that creates learning paths.
-- :company = 'Amazon'
-- :limit = 50
-- Scans: searches for a word inside a text, which an index cannot serve.
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
