-- Actions of the bots: 1,000 a week.
-- Large: 50000
INSERT INTO
    bot_ledger (
        bot_name,
        action,
        item_type,
        item_id,
        before_state,
        after_state,
        reason,
        created_at
    )
WITH
    counter (n) AS (
        SELECT
            value
        FROM
            generate_series (:first, :last)
    ),
    prose (words) AS (
        SELECT
            replace(
                hex(zeroblob(60)),
                '00',
                'the replica answers before the primary has committed, and the reader sees an old row until the log has been applied; '
            )
    ),
    size (questions) AS (
        SELECT
            count(*)
        FROM
            questions
    )
SELECT
    iif(n % 12 = 1, 'verifier', 'bot-' || (n % 12)),
    '["create", "update", "update", "verify", "flag", "analyze", "update", "delete"]' ->> (n / 12 % 8),
    'question',
    'q-' || (1 + (n * 7919) % questions),
    iif(
        n % 3,
        json_object(
            'answer',
            substr(words, 1 + (n * 41) % 1000, 60 + (n * 47) % 300)
        ),
        NULL
    ),
    iif(
        n % 3,
        json_object(
            'answer',
            substr(words, 1 + (n * 43) % 1000, 60 + (n * 49) % 300)
        ),
        NULL
    ),
    'Rule ' || (n % 40),
    strftime(
        '%Y-%m-%dT%H:%M:%fZ',
        '2026-11-22T12:00:00',
        ((n - :total) * 350.0 / :total) || ' days'
    )
FROM
    counter,
    prose,
    size;
