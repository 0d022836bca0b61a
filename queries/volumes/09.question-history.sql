-- Ten events for each question, spread over the time: 500 a week.
-- Large: 50000
INSERT INTO
    question_history (
        question_id,
        question_type,
        event_type,
        event_source,
        source_name,
        changes_summary,
        changed_fields,
        before_snapshot,
        after_snapshot,
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
    'q-' || (1 + (n * 7919) % questions),
    'question',
    iif(
        n % 10 = 0,
        'created',
        iif(
            n % 5 = 1,
            'improved',
            iif(n % 7 = 0, 'verified', 'updated')
        )
    ),
    iif(n % 3, 'bot', iif(n % 2, 'user', 'system')),
    iif(n % 12 = 1, 'verifier', 'bot-' || (n % 12)),
    'Changed for reason ' || (n % 90),
    iif(n % 2, json_array('answer'), NULL),
    iif(
        n % 2,
        json_object(
            'answer',
            substr(words, 1 + (n * 41) % 1000, 100 + (n * 47) % 600)
        ),
        NULL
    ),
    iif(
        n % 2,
        json_object(
            'answer',
            substr(words, 1 + (n * 43) % 1000, 100 + (n * 49) % 600)
        ),
        NULL
    ),
    strftime(
        '%Y-%m-%dT%H:%M:%fZ',
        '2026-11-22T12:00:00',
        ((n - :total) * 700.0 / :total) || ' days'
    )
FROM
    counter,
    prose,
    size;
