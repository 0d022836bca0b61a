-- Sessions, a fifth of them of visitors.
-- Large: 5000
INSERT INTO
    user_sessions (
        id,
        user_id,
        session_type,
        session_key,
        title,
        progress,
        total_items,
        completed_items,
        session_data,
        started_at,
        last_accessed_at,
        completed_at,
        status
    )
WITH
    counter (n) AS (
        SELECT
            value
        FROM
            generate_series (:first, :last)
    ),
    size (users) AS (
        SELECT
            count(*)
        FROM
            users
    )
SELECT
    'session-' || n,
    iif(n % 5 = 0, NULL, 'user-' || (1 + (n * 7) % users)),
    iif(
        n % 4 = 0,
        'certification',
        iif(
            n % 4 = 1,
            'test',
            iif(n % 4 = 2, 'channel', 'voice-interview')
        )
    ),
    'key-' || (n % 1500),
    'Session ' || n,
    n % 101,
    20,
    n % 21,
    json_object(
        'current',
        n % 20,
        'answers',
        json_array(1, 2, 3, 4, 5)
    ),
    strftime(
        '%Y-%m-%dT%H:%M:%fZ',
        '2026-11-22T12:00:00',
        ((n - :total) * 120.0 / :total) || ' days'
    ),
    strftime(
        '%Y-%m-%dT%H:%M:%fZ',
        '2026-11-22T12:00:00',
        ((n - :total) * 100.0 / :total) || ' days'
    ),
    iif(
        n % 4 = 2,
        strftime(
            '%Y-%m-%dT%H:%M:%fZ',
            '2026-11-22T12:00:00',
            ((n - :total) * 100.0 / :total) || ' days'
        ),
        NULL
    ),
    iif(
        n % 4 = 2,
        'completed',
        iif(
            n % 10 = 9,
            'active',
            iif(n % 10 = 1, 'active', 'abandoned')
        )
    )
FROM
    counter,
    size;
