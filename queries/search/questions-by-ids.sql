-- Active questions by their ids.
-- For: `pnpm vector:duplicates`.
-- :ids = '["q-1","q-2"]'
SELECT
    id,
    channel,
    question AS text
FROM
    questions
WHERE
    id IN (
        SELECT
            value
        FROM
            json_each(:ids)
    )
    AND status = 'active';
