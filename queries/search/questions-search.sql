-- The active questions that answer a search best. The full text finds 100, with words that it lacks corrected; then the
-- vector of the search orders them. Without a vector, and for questions without one, the words alone decide.
-- For: the search of the site, `pnpm vector:search`.
-- Scans: lists the words that begin like a misspelt one.
-- Sorts: the 100 best of all that have a word of the search.
-- :words = '["replicaton","lag"]'
-- :vector = NULL
-- :model = ''
-- :channel = NULL
-- :difficulty = NULL
-- :company = NULL
-- :limit = 10
WITH RECURSIVE
    typed AS MATERIALIZED (
        SELECT
            entry.key AS position,
            entry.value AS word,
            iif(length(entry.value) < 8, 1, 2) AS most_edits,
            length(entry.value) / 3 AS third,
            EXISTS (
                SELECT
                    1
                FROM
                    questions_search
                WHERE
                    questions_search MATCH '"' || entry.value || '"'
            ) AS is_known
        FROM
            json_each(:words) AS entry
    ),
    -- Words that share one third of the misspelt one, in about the same place.
    near AS MATERIALIZED (
        SELECT
            typed.position AS position,
            typed.word AS word,
            typed.most_edits AS most_edits,
            vocabulary.term AS term,
            vocabulary.doc AS questions
        FROM
            typed
            CROSS JOIN questions_vocabulary AS vocabulary ON vocabulary.term >= substr(typed.word, 1, 1)
            AND vocabulary.term <= substr(typed.word, 1, 1) || char(1114111)
        WHERE
            NOT typed.is_known
            AND length(typed.word) >= 4
            AND abs(length(vocabulary.term) - length(typed.word)) <= typed.most_edits
            AND (
                instr(
                    substr(
                        vocabulary.term,
                        2 - typed.most_edits,
                        typed.third + 2 * typed.most_edits
                    ),
                    substr(typed.word, 2, typed.third)
                ) > 0
                OR instr(
                    substr(
                        vocabulary.term,
                        2 + typed.third - typed.most_edits,
                        typed.third + 2 * typed.most_edits
                    ),
                    substr(typed.word, 2 + typed.third, typed.third)
                ) > 0
                OR instr(
                    substr(
                        vocabulary.term,
                        2 + 2 * typed.third - typed.most_edits
                    ),
                    substr(typed.word, 2 + 2 * typed.third)
                ) > 0
            )
    ),
    edit (kind, from_word, from_term, cost) AS (
        VALUES
            ('same', 1, 1, 0),
            ('other', 1, 1, 1),
            ('surplus', 1, 0, 1),
            ('missing', 0, 1, 1),
            ('swapped', 2, 2, 1)
    ),
    -- Compares letter by letter, with as many edits as are allowed.
    compared (
        position,
        word,
        term,
        questions,
        most_edits,
        at_word,
        at_term,
        cost
    ) AS (
        SELECT
            position,
            word,
            term,
            questions,
            most_edits,
            2,
            2,
            0
        FROM
            near
        UNION
        SELECT
            compared.position,
            compared.word,
            compared.term,
            compared.questions,
            compared.most_edits,
            compared.at_word + edit.from_word,
            compared.at_term + edit.from_term,
            compared.cost + edit.cost
        FROM
            compared
            JOIN edit ON compared.cost + edit.cost <= compared.most_edits
            AND compared.at_word + edit.from_word <= length(compared.word) + 1
            AND compared.at_term + edit.from_term <= length(compared.term) + 1
        WHERE
            CASE
                WHEN compared.at_word <= length(compared.word)
                AND substr(compared.word, compared.at_word, 1) = substr(compared.term, compared.at_term, 1) THEN edit.kind = 'same'
                WHEN edit.kind = 'swapped' THEN substr(compared.word, compared.at_word, 1) = substr(compared.term, compared.at_term + 1, 1)
                AND substr(compared.word, compared.at_word + 1, 1) = substr(compared.term, compared.at_term, 1)
                ELSE edit.kind <> 'same'
            END
    ),
    corrected AS MATERIALIZED (
        SELECT
            position,
            word,
            term
        FROM
            (
                SELECT
                    position,
                    word,
                    term,
                    row_number() OVER (
                        PARTITION BY
                            position
                        ORDER BY
                            cost,
                            questions DESC,
                            term
                    ) AS place
                FROM
                    compared
                WHERE
                    at_word > length(word)
                    AND at_term > length(term)
            )
        WHERE
            place = 1
    ),
    asked AS MATERIALIZED (
        SELECT
            group_concat(
                '"' || coalesce(corrected.term, typed.word) || '"',
                ' OR '
            ) AS expression,
            json_group_object(corrected.word, corrected.term) FILTER (
                WHERE
                    corrected.word IS NOT NULL
            ) AS corrections
        FROM
            typed
            LEFT JOIN corrected ON corrected.position = typed.position
    ),
    found AS MATERIALIZED (
        SELECT
            rowid AS number,
            - bm25 (questions_search, 2.0, 1.0, 1.0, 0.5) AS score
        FROM
            questions_search
        WHERE
            questions_search MATCH (
                SELECT
                    expression
                FROM
                    asked
            )
            AND (
                coalesce(:channel, :difficulty, :company) IS NULL
                OR + rowid IN (
                    SELECT
                        question.rowid
                    FROM
                        questions AS question
                    WHERE
                        (
                            :channel IS NULL
                            OR question.channel = :channel
                            OR EXISTS (
                                SELECT
                                    1
                                FROM
                                    channel_mappings AS mapping
                                WHERE
                                    mapping.question_id = question.id
                                    AND mapping.channel_id = :channel
                            )
                        )
                        AND (
                            :difficulty IS NULL
                            OR question.difficulty = :difficulty
                        )
                        AND (
                            :company IS NULL
                            OR question.companies LIKE '%"' || :company || '"%'
                        )
                )
            )
        ORDER BY
            score DESC
        LIMIT
            100
    ),
    compared_vectors AS MATERIALIZED (
        SELECT
            found.number AS number,
            question.id AS id,
            found.score / (
                SELECT
                    max(score)
                FROM
                    found
            ) AS words,
            iif(
                vector.vector IS NULL,
                NULL,
                min(
                    1.0,
                    max(
                        0.0,
                        1 - vector_distance_cos (
                            coalesce(searched.vector, vector.vector),
                            (
                                SELECT
                                    vector8 (:vector)
                            )
                        )
                    )
                )
            ) AS similarity
        FROM
            found
            JOIN questions AS question ON question.rowid = found.number
            LEFT JOIN question_vectors AS vector ON :vector IS NOT NULL
            AND vector.question_id = question.id
            AND vector.model = :model
            LEFT JOIN question_search_vectors AS searched ON searched.question_id = vector.question_id
    ),
    best AS MATERIALIZED (
        SELECT
            number,
            id,
            words,
            similarity,
            words + 0.6 * coalesce(similarity, 0.34) AS score
        FROM
            compared_vectors
        ORDER BY
            score DESC,
            id
        LIMIT
            :limit
    )
SELECT
    best.id AS id,
    question.channel AS channel,
    question.difficulty AS difficulty,
    highlight (questions_search, 0, char(2), char(3)) AS text,
    snippet (questions_search, - 1, char(2), char(3), '…', 16) AS passage,
    best.words AS words,
    best.similarity AS similarity,
    best.score AS score,
    asked.corrections AS corrections
FROM
    best
    CROSS JOIN asked
    JOIN questions_search ON questions_search MATCH asked.expression
    AND questions_search.rowid = best.number
    JOIN questions AS question ON question.id = best.id
ORDER BY
    best.score DESC,
    best.id;
