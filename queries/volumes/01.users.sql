-- Users.
-- Large: 1000
INSERT INTO
    users (id, username, password)
WITH
    counter (n) AS (
        SELECT
            value
        FROM
            generate_series (:first, :last)
    )
SELECT
    'user-' || n,
    'user-' || n,
    '$argon2id$v=19$m=65536,t=3,p=4$' || hex(zeroblob(40))
FROM
    counter;
