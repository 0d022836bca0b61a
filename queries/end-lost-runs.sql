-- Ends the runs of a bot that have recorded nothing for a while: their processes were killed.
-- For: the bots, at their start.
-- :bot = 'verifier'
-- :lease = 120
UPDATE bot_runs
SET
    status = 'failed',
    completed_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now'),
    summary = json_set(
        coalesce(summary, '{}'),
        '$.message',
        'the process ended without a report'
    )
WHERE
    bot_name = :bot
    AND status = 'running'
    AND started_at < strftime(
        '%Y-%m-%dT%H:%M:%fZ',
        'now',
        '-' || :lease || ' seconds'
    )
    AND NOT EXISTS (
        SELECT
            1
        FROM
            bot_ledger AS ledger
        WHERE
            ledger.bot_name = :bot
            AND ledger.created_at > strftime(
                '%Y-%m-%dT%H:%M:%fZ',
                'now',
                '-' || :lease || ' seconds'
            )
    );
