-- Voice interviews.
-- Large: 1000
INSERT INTO
    voice_sessions (
        id,
        topic,
        description,
        channel,
        difficulty,
        question_ids,
        total_questions,
        created_at
    )
WITH
    counter (n) AS (
        SELECT
            value
        FROM
            generate_series (:first, :last)
    )
SELECT
    'voice-' || n,
    'Topic ' || n,
    'What to expect of number ' || n,
    iif(
        n % 32 = 1,
        'system-design',
        'channel-' || (n % 32)
    ),
    iif(
        n % 3 = 0,
        'beginner',
        iif(n % 3 = 1, 'intermediate', 'advanced')
    ),
    (
        SELECT
            json_group_array('q-' || (n + value))
        FROM
            generate_series (1, 5)
    ),
    5,
    strftime(
        '%Y-%m-%dT%H:%M:%fZ',
        '2026-11-22T12:00:00',
        ((n - :total) * 700.0 / :total) || ' days'
    )
FROM
    counter;
