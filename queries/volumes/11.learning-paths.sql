-- Learning paths.
-- Large: 500
INSERT INTO
    learning_paths (
        id,
        title,
        description,
        path_type,
        target_company,
        target_job_title,
        difficulty,
        question_ids,
        channels,
        tags,
        milestones,
        popularity,
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
    'path-' || n,
    'Path ' || n,
    substr(words, 1 + (n * 17) % 1000, 150 + (n * 23) % 250),
    iif(
        n % 4 = 0,
        'company',
        iif(
            n % 4 = 1,
            'job-title',
            iif(n % 4 = 2, 'skill', 'certification')
        )
    ),
    iif(
        n % 5 = 0,
        NULL,
        iif(n % 6 = 1, 'Amazon', 'Company ' || (n % 60))
    ),
    iif(n % 8 = 1, 'backend-engineer', 'job-' || (n % 8)),
    iif(
        n % 3 = 0,
        'beginner',
        iif(n % 3 = 1, 'intermediate', 'advanced')
    ),
    (
        SELECT
            json_group_array('q-' || (n + value))
        FROM
            generate_series (1, 20)
    ),
    json_array(
        iif(
            n % 32 = 1,
            'system-design',
            'channel-' || (n % 32)
        )
    ),
    json_array('tag-' || (n % 50)),
    json_array(
        json_object('id', 'm1', 'title', 'The first half')
    ),
    n % 500,
    strftime(
        '%Y-%m-%dT%H:%M:%fZ',
        '2026-11-22T12:00:00',
        ((n - :total) * 700.0 / :total) || ' days'
    )
FROM
    counter,
    prose;
