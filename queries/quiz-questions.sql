-- Questions of a channel at one difficulty, drawn at random.
-- For: the quiz, and practice tests.
-- :channel = 'system-design'
-- :difficulty = 'intermediate'
-- :limit = 10
-- Sorts: no index has a random order; sorts only the questions of one channel at one difficulty.
SELECT
    id,
    question,
    answer,
    explanation,
    tags,
    sub_channel
FROM
    questions
WHERE
    id IN (
        SELECT
            id
        FROM
            questions
        WHERE
            channel = :channel
            AND difficulty = :difficulty
            AND status <> 'deleted'
        ORDER BY
            random()
        LIMIT
            :limit
    );
