-- Two relationships from each question, and two to each.
-- Large: 10000
INSERT INTO
    question_relationships (
        source_question_id,
        target_question_id,
        relationship_type,
        strength,
        created_at
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
    'q-' || (1 + (n * 7919) % questions),
    -- Another question, and another one in each round through all of them.
    'q-' || (
        1 + (
            n * 7919 + 1 + n / questions + (n * 104729) % (questions / 2)
        ) % questions
    ),
    iif(
        n % 4 = 0,
        'prerequisite',
        iif(
            n % 4 = 1,
            'follow_up',
            iif(n % 4 = 2, 'related', 'deeper_dive')
        )
    ),
    n % 101,
    strftime(
        '%Y-%m-%dT%H:%M:%fZ',
        '2026-11-22T12:00:00',
        ((n - :total) * 700.0 / :total) || ' days'
    )
FROM
    counter,
    size;
