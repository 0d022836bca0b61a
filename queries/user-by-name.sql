-- Who signs in.
-- For: signing in.
-- :username = 'user-8'
SELECT
    id,
    username,
    password
FROM
    users
WHERE
    username = :username;
