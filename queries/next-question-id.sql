-- The number of the next question, one more than the highest.
-- For: the bots that write questions, before they save one.
SELECT
    coalesce(max(substr(id, 3) + 0), 0) + 1 AS number
FROM
    questions
WHERE
    id GLOB 'q-[0-9]*'
    AND substr(id, 3) NOT GLOB '*[^0-9]*'
    -- A longer number is no counted one, and has no next in a float.
    AND length(id) <= 17;
