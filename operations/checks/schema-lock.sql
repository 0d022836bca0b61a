-- A deploy that died while it held the lease.
-- Level: note
-- Why: The next deploy takes the lease over, so nothing is blocked; but its user may not know that the deploy failed.
-- Remedy: Run `pnpm db:status` to see what is applied, and deploy again. A deploy with nothing to do does not release the
--     lease: UPDATE schema_lock SET owner = NULL, expires_at = NULL WHERE expires_at < strftime('%Y-%m-%dT%H:%M:%fZ',
--     'now').
SELECT
    lock.owner AS owner,
    lock.expires_at AS expires_at
FROM
    schema_lock AS lock
WHERE
    lock.owner IS NOT NULL
    AND lock.expires_at < strftime('%Y-%m-%dT%H:%M:%fZ', 'now');
