-- The questions that were added last.
-- For: the start page, and the feed.
-- :limit = 20
-- Scans: reads an index from its end and stops at the limit.
SELECT
    id,
    question,
    channel,
    difficulty,
    created_at
FROM
    questions
WHERE
    status = 'active'
ORDER BY
    created_at DESC
LIMIT
    :limit;
