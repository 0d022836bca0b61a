-- The primary channels of all questions, found by skipping from one to the next in an index.
-- For: the filter of the console's list of questions.
WITH RECURSIVE
    used (channel) AS (
        SELECT
            min(channel)
        FROM
            questions
        UNION ALL
        SELECT
            (
                SELECT
                    min(later.channel)
                FROM
                    questions AS later
                WHERE
                    later.channel > used.channel
            )
        FROM
            used
        WHERE
            used.channel IS NOT NULL
    )
SELECT
    channel
FROM
    used
WHERE
    channel IS NOT NULL;
