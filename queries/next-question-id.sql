-- The number of the next question, one more than the highest.
-- For: the bots that write questions, before they save one.
SELECT
    coalesce(max(substr(id, 3) + 0), 0) + 1 AS number
FROM
    questions
WHERE
    id GLOB 'q-[0-9]*';
