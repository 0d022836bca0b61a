-- Questions as long as real ones: about 3,000 characters each.
-- Large: 5000
INSERT INTO
    questions (
        id,
        question,
        answer,
        explanation,
        diagram,
        difficulty,
        tags,
        channel,
        sub_channel,
        source_url,
        videos,
        companies,
        eli5,
        tldr,
        relevance_score,
        job_title_relevance,
        experience_level_tags,
        voice_keywords,
        voice_suitable,
        status,
        is_new,
        last_updated,
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
    )
SELECT
    'q-' || n,
    'How would you explain number ' || n || ': ' || substr(words, 1 + (n * 13) % 1000, 40 + (n * 19) % 120) || '?',
    substr(words, 1 + (n * 17) % 1000, 500 + (n * 23) % 1500),
    substr(words, 1 + (n * 29) % 1000, 800 + (n * 35) % 1800),
    iif(
        n % 5 = 0,
        'graph TD; A[' || n || ']-->B; B-->C; C-->D',
        NULL
    ),
    iif(
        n % 3 = 0,
        'beginner',
        iif(n % 3 = 1, 'intermediate', 'advanced')
    ),
    json_array('tag-' || (n % 50), 'tag-' || (n % 17)),
    iif(
        n % 32 = 1,
        'system-design',
        'channel-' || (n % 32)
    ),
    iif(
        (n / 32) % 12 = 0,
        'caching',
        'part-' || ((n / 32) % 12)
    ),
    iif(
        n % 3 = 0,
        'https://example.com/questions/' || n,
        NULL
    ),
    iif(
        n % 4 = 0,
        json_object(
            'shortVideo',
            NULL,
            'longVideo',
            'https://example.com/films/' || n
        ),
        NULL
    ),
    iif(
        n % 10 = 0,
        NULL,
        iif(
            n % 7 = 0,
            json_array('Amazon', 'Google'),
            json_array('Company ' || (n % 60))
        )
    ),
    iif(
        n % 2,
        substr(words, 1 + (n * 31) % 1000, 150 + (n * 37) % 200),
        NULL
    ),
    substr(words, 1 + (n * 37) % 1000, 60 + (n * 43) % 90),
    n % 101,
    json_object(
        'backend-engineer',
        n % 101,
        'sre',
        (n * 3) % 101,
        'data-engineer',
        (n * 7) % 101
    ),
    json_array('mid', 'senior'),
    iif(
        n % 3 = 0,
        json_array('replica', 'log', 'commit'),
        NULL
    ),
    iif(n % 4 = 0, NULL, n % 2),
    iif(
        n % 50 = 0,
        'deleted',
        iif(n % 80 = 0, 'flagged', 'active')
    ),
    n > 0.99 * :total,
    strftime(
        '%Y-%m-%dT%H:%M:%fZ',
        '2026-11-22T12:00:00',
        ((n - :total) * 300.0 / :total) || ' days'
    ),
    strftime(
        '%Y-%m-%dT%H:%M:%fZ',
        '2026-11-22T12:00:00',
        ((n - :total) * 700.0 / :total) || ' days'
    )
FROM
    counter,
    prose;
