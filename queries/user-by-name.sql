-- The user with a name, with the password hash.
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
