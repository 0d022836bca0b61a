-- The number of the next coding challenge, one more than the highest.
-- For: the bot that writes challenges, before it saves one.
SELECT
    coalesce(max(substr(id, 3) + 0), 0) + 1 AS number
FROM
    coding_challenges
WHERE
    id GLOB 'cc[0-9]*'
    AND substr(id, 3) NOT GLOB '*[^0-9]*'
    -- A longer number is no counted one, and has no next in a float.
    AND length(id) <= 17;
