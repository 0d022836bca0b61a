-- Questions without companies, the least recently updated first.
-- For: the bot that adds companies.
-- :limit = 20
-- Scans: reads an index from its beginning and stops at the limit.
SELECT
    id,
    question,
    channel,
    last_updated
FROM
    questions
WHERE
    (
        companies IS NULL
        OR companies = '[]'
    )
    AND status = 'active'
ORDER BY
    last_updated
LIMIT
    :limit;
