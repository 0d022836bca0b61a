-- Passwords that do not look like a hash.
-- Level: error
-- Why: Anyone who reads the table, a backup or an export can sign in as these users, here and wherever else they use the
--     password.
-- Remedy: Hash the password in the application, or make the user set a new one; then find out who has copies. The value
--     is omitted here on purpose.
SELECT
    user.id AS id,
    user.username AS username
FROM
    users AS user
    -- $argon2id$…, $2b$…, $scrypt$…; pbkdf2:sha256:…$…, scrypt:…$…, bcrypt_sha256$…; and salt and hash in hexadecimal or base64.
WHERE
    user.password NOT GLOB '$?*$?*'
    AND user.password NOT GLOB '[a-z]*[a-z0-9]$?*$?*'
    AND (
        length(user.password) < 64
        OR user.password GLOB '*[^0-9A-Za-z+/=.:_-]*'
    )
ORDER BY
    user.id;
