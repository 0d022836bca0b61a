-- The texts of all active questions, a page at a time.
-- For: `pnpm bot:reconcile`, which looks for two that ask the same.
-- :after = ''
-- :limit = 5000
SELECT
    id,
    channel,
    question AS text,
    created_at
FROM
    questions
WHERE
    id > :after
    AND status = 'active'
ORDER BY
    id
LIMIT
    :limit;
