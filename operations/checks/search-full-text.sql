-- Active questions that the full text lacks or has with other words, and entries of it without an active question.
-- Level: warning
-- Why: A search misses such a question, and such an entry takes the place of another one.
-- Remedy: Rebuild both indexes: INSERT INTO questions_search (questions_search) VALUES ('rebuild'); INSERT INTO
--     questions_words (questions_words) VALUES ('rebuild').
-- Set: search
SELECT
    searchable.number AS number,
    substr(searchable.question, 1, 60) AS question,
    'is not in the full text' AS problem
FROM
    v_searchable_questions AS searchable
WHERE
    NOT EXISTS (
        SELECT
            1
        FROM
            questions_search_docsize AS entry
        WHERE
            entry.id = searchable.number
    )
UNION ALL
SELECT
    entry.id,
    NULL,
    'has no active question'
FROM
    questions_search_docsize AS entry
WHERE
    NOT EXISTS (
        SELECT
            1
        FROM
            v_searchable_questions AS searchable
        WHERE
            searchable.number = entry.id
    )
UNION ALL
-- The first words of every 32nd question, as a phrase.
SELECT
    beginning.number,
    substr(beginning.phrase, 1, 60),
    'has other words in the full text'
FROM
    (
        SELECT
            number,
            replace(
                iif(
                    length(question) <= 60,
                    question,
                    rtrim(
                        substr(question, 1, 60),
                        replace(substr(question, 1, 60), ' ', '')
                    )
                ),
                '"',
                ' '
            ) AS phrase
        FROM
            v_searchable_questions
        WHERE
            number % 32 = 1
    ) AS beginning
    JOIN questions_search_docsize AS entry ON entry.id = beginning.number
WHERE
    beginning.phrase GLOB '*[A-Za-z0-9]*'
    AND NOT EXISTS (
        SELECT
            1
        FROM
            questions_search
        WHERE
            questions_search MATCH 'question : "' || beginning.phrase || '"'
            AND rowid = beginning.number
    );
