-- All coding challenges ordered by id, a page at a time: a new title is compared with the titles that are there.
-- For: the list of all challenges, and the bot that writes challenges.
-- :after_id = ''
-- :limit = 1000
SELECT
    id,
    title,
    difficulty,
    category,
    time_limit
FROM
    coding_challenges
WHERE
    id > :after_id
ORDER BY
    id
LIMIT
    :limit;
