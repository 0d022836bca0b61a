-- The channels with the most new questions.
-- For: the start page.
-- :limit = 10
-- Scans: counts in an index alone; new questions are few, and an index on is_new would be written to twice for each.
-- Sorts: one row a channel, by a count that is known only when all is counted.
SELECT
    channel,
    count(*) AS new_questions
FROM
    questions
WHERE
    is_new = 1
GROUP BY
    channel
ORDER BY
    new_questions DESC
LIMIT
    :limit;
