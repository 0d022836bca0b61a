-- The channels with the most new questions.
-- For: the start page.
-- :limit = 10
-- Scans: counts in a covering index; new questions are few, and an index on is_new would be written twice for each.
-- Sorts: one row per channel, by its count.
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
