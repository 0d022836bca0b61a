-- Open and completed items of the bots.
-- Large: 500
INSERT INTO
    work_queue (
        item_type,
        item_id,
        action,
        priority,
        status,
        reason,
        created_by,
        assigned_to,
        created_at,
        processed_at,
        result,
        attempts,
        run_after,
        locked_by,
        locked_until
    )
WITH
    counter (n) AS (
        SELECT
            value
        FROM
            generate_series (:first, :last)
    ),
    size (questions) AS (
        SELECT
            count(*)
        FROM
            questions
    )
SELECT
    'question',
    'q-' || (1 + (n * 7) % questions),
    iif(n % 2, 'improve', 'verify'),
    1 + n % 10,
    iif(
        n % 4 = 0,
        'pending',
        iif(
            n % 100 IN (1, 9),
            'processing',
            iif(n % 50 = 2, 'failed', 'completed')
        )
    ),
    'The answer is shorter than ' || (100 + n % 100) || ' characters',
    'analysis',
    iif(n % 3, 'processor', 'verifier'),
    strftime(
        '%Y-%m-%dT%H:%M:%fZ',
        '2026-11-22T12:00:00',
        ((n - :total) * 60.0 / :total) || ' days'
    ),
    iif(
        n % 4 = 0
        OR n % 100 IN (1, 9),
        NULL,
        strftime(
            '%Y-%m-%dT%H:%M:%fZ',
            '2026-11-22T12:00:00',
            ((n - :total) * 50.0 / :total) || ' days'
        )
    ),
    iif(
        n % 4 = 0,
        NULL,
        json_object('changed', json('true'))
    ),
    n % 4 <> 0,
    strftime(
        '%Y-%m-%dT%H:%M:%fZ',
        '2026-11-22T12:00:00',
        ((n - :total) * 60.0 / :total) || ' days'
    ),
    iif(
        n % 100 IN (1, 9),
        iif(n % 3, 'processor', 'verifier') || '@host-1/4711-9f3c/' || n,
        NULL
    ),
    -- The first is still in work.
    iif(
        n % 100 IN (1, 9),
        iif(
            n = 1,
            '2199-01-01T00:00:00.000Z',
            strftime(
                '%Y-%m-%dT%H:%M:%fZ',
                '2026-11-22T12:02:00',
                ((n - :total) * 60.0 / :total) || ' days'
            )
        ),
        NULL
    )
FROM
    counter,
    size;
