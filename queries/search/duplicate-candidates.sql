-- The questions that a new one may repeat: the 20 active ones of all channels that share most of its words, and the flagged
-- ones of its channel, which the full text leaves out; with the cosine of their vectors where both have one of this encoder.
-- For: the bots, before they save a new question.
-- Sorts: the 20 best of all that have a word of the question.
-- :words = '["replication","lag"]'
-- :channel = 'database'
-- :vector = NULL
-- :model = ''
WITH
    found AS MATERIALIZED (
        SELECT
            rowid AS number
        FROM
            questions_search
        WHERE
            questions_search MATCH (
                SELECT
                    'question : (' || coalesce(group_concat('"' || value || '"', ' OR '), '""') || ')'
                FROM
                    json_each(:words)
            )
        ORDER BY
            rank
        LIMIT
            20
    ),
    compared AS (
        SELECT
            question.id AS id,
            question.question AS text
        FROM
            found
            JOIN questions AS question ON question.rowid = found.number
        UNION ALL
        SELECT
            id,
            question
        FROM
            questions
        WHERE
            channel = :channel
            AND status = 'flagged'
    )
SELECT
    compared.id AS id,
    compared.text AS text,
    iif(
        vector.vector IS NULL,
        NULL,
        1 - vector_distance_cos (
            vector.vector,
            (
                SELECT
                    vector8 (:vector)
            )
        )
    ) AS cosine
FROM
    compared
    LEFT JOIN question_vectors AS vector ON :vector IS NOT NULL
    AND vector.question_id = compared.id
    AND vector.model = :model;
