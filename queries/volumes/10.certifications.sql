-- Certifications.
-- Large: 200
INSERT INTO
    certifications (
        id,
        name,
        provider,
        description,
        difficulty,
        category,
        exam_code,
        domains,
        channel_mappings,
        question_count
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
    iif(n = 1, 'aws-saa', 'certification-' || n),
    'Certification ' || n,
    'Provider ' || (n % 9),
    substr(words, 1 + (n * 17) % 1000, 150 + (n * 23) % 200),
    iif(
        n % 7 = 0,
        'expert',
        iif(
            n % 3 = 0,
            'beginner',
            iif(n % 3 = 1, 'intermediate', 'advanced')
        )
    ),
    iif(n % 3, 'cloud', iif(n % 2, 'security', 'data')),
    'EX-' || n,
    json_array(
        json_object('id', 'first', 'name', 'The first', 'weight', 60),
        json_object(
            'id',
            'second',
            'name',
            'The second',
            'weight',
            40
        )
    ),
    json_array(
        json_object(
            'channel',
            iif(
                n % 32 = 1,
                'system-design',
                'channel-' || (n % 32)
            )
        )
    ),
    n % 300
FROM
    counter,
    prose;
