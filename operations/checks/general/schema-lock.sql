-- A deploy that died while it held the lease, or a lease that does not expire.
-- Level: note
-- Why: The next deploy takes an expired lease over, so nothing is blocked; but its user may not know that the deploy failed. A
--     lease that does not expire within the hour is none that a deploy takes, and the next one refuses to wait for it.
-- Remedy: Run `pnpm db:status` to see what is applied, and deploy again. A deploy with nothing to do does not release the
--     lease: UPDATE schema_lock SET owner = NULL, expires_at = NULL.
SELECT
    lock.owner AS owner,
    lock.expires_at AS expires_at
FROM
    schema_lock AS lock
WHERE
    lock.owner IS NOT NULL
    AND (
        lock.expires_at < strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
        OR coalesce(julianday(lock.expires_at), 1e9) > julianday('now', '+1 hour')
    );
