-- Runs of the bots.
-- Large: 1000
INSERT INTO
    bot_runs (
        bot_name,
        started_at,
        completed_at,
        status,
        items_processed,
        items_created,
        items_updated,
        items_deleted,
        summary
    )
WITH
    counter (n) AS (
        SELECT
            value
        FROM
            generate_series (:first, :last)
    )
SELECT
    iif(n % 12 = 1, 'verifier', 'bot-' || (n % 12)),
    strftime(
        '%Y-%m-%dT%H:%M:%fZ',
        '2026-11-22T12:00:00',
        ((n - :total) * 90.0 / :total) || ' days'
    ),
    iif(
        n % 100 = 0,
        NULL,
        strftime(
            '%Y-%m-%dT%H:%M:%fZ',
            '2026-11-22T12:00:00',
            ((n - :total) * 90.0 / :total) || ' days'
        )
    ),
    iif(
        n % 100 = 0,
        'running',
        iif(n % 20 = 0, 'failed', 'completed')
    ),
    n % 60,
    n % 7,
    n % 50,
    n % 3,
    json_object('message', 'Run ' || n || ' has ended')
FROM
    counter;
