-- The questions that changed last.
-- For: the start page, and the bots that check others.
-- :limit = 20
-- Scans: reads an index from its end and stops at the limit.
SELECT
    id,
    question,
    channel,
    difficulty,
    last_updated
FROM
    questions
WHERE
    status <> 'deleted'
ORDER BY
    last_updated DESC
LIMIT
    :limit;
