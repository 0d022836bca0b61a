-- Two channels for each question, its primary one and another.
-- Large: 10000
INSERT INTO
    channel_mappings (channel_id, sub_channel, question_id)
WITH
    counter (n) AS (
        SELECT
            value
        FROM
            generate_series (:first, :last)
    )
SELECT
    iif(
        n % 2,
        iif(
            ((n + 1) / 2) % 32 = 1,
            'system-design',
            'channel-' || (((n + 1) / 2) % 32)
        ),
        iif(
            (n / 2 + 5) % 32 = 1,
            'system-design',
            'channel-' || ((n / 2 + 5) % 32)
        )
    ),
    iif(
        ((n + 1) / 64) % 12 = 0,
        'caching',
        'part-' || (((n + 1) / 64) % 12)
    ),
    'q-' || ((n + 1) / 2)
FROM
    counter;
