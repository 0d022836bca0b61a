-- A page of the questions of all statuses, ordered by id; also those of a channel, or with a text in them. Where the full text
-- is installed and :full_text is 1, it gives nothing, because the full text answers.
-- For: the console's list of questions.
-- :after_id = ''
-- :channel = NULL
-- :difficulty = NULL
-- :status = NULL
-- :pattern = '%replica%'
-- :full_text = 1
-- :limit = 51
-- Scans: looks for the full text among the names of the tables; with a pattern, reads questions until the page is full.
SELECT
    question.id AS id,
    substr(question.question, 1, 300) AS question,
    question.channel AS channel,
    question.sub_channel AS sub_channel,
    question.difficulty AS difficulty,
    question.status AS status,
    question.last_updated AS last_updated
FROM
    questions AS question
WHERE
    question.id > :after_id
    AND (
        :channel IS NULL
        OR question.id IN (
            SELECT
                mapping.question_id
            FROM
                channel_mappings AS mapping
            WHERE
                mapping.channel_id = :channel
            UNION ALL
            SELECT
                own.id
            FROM
                questions AS own
            WHERE
                own.channel = :channel
        )
    )
    AND (
        :difficulty IS NULL
        OR question.difficulty = :difficulty
    )
    AND (
        :status IS NULL
        OR question.status = :status
    )
    AND (
        :full_text = 0
        OR NOT EXISTS (
            SELECT
                1
            FROM
                sqlite_schema
            WHERE
                name = 'questions_search'
        )
    )
    AND (
        :pattern IS NULL
        OR question.id LIKE :pattern ESCAPE '\'
        OR question.question LIKE :pattern ESCAPE '\'
        OR question.answer LIKE :pattern ESCAPE '\'
        OR question.tags LIKE :pattern ESCAPE '\'
    )
ORDER BY
    question.id
LIMIT
    :limit;
