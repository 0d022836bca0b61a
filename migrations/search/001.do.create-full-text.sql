-- Search in the database: the full text of active questions, the words that the speller knows, and the vectors.
CREATE VIRTUAL TABLE questions_search USING fts5 (
    /*
     * One row is one active question, by the rowid of its row in questions. Words are found by their stems.
     * The texts are those of v_searchable_questions; triggers on questions keep the index true.
     */
    question,
    answer,
    tags,
    explanation,
    content = 'v_searchable_questions',
    content_rowid = 'number',
    tokenize = 'porter unicode61'
);

CREATE VIRTUAL TABLE questions_words USING fts5 (
    /* One row is one active question with its words as they are written, for questions_vocabulary. */
    question,
    answer,
    tags,
    explanation,
    content = 'v_searchable_questions',
    content_rowid = 'number',
    tokenize = 'unicode61',
    detail = none,
    columnsize = 0
);

CREATE VIRTUAL TABLE questions_vocabulary USING fts5vocab (
    /* One row is one word of questions_words with the number of questions that have it: what a misspelt word is corrected to. */
    'questions_words',
    'row'
);

CREATE TABLE replaced_question (
    /*
     * One row is an active question that the present write may replace. INSERT OR REPLACE deletes it without a delete trigger,
     * and an external-content index forgets a row only by its old texts.
     */
    -- The rowid of the question.
    number INTEGER NOT NULL PRIMARY KEY,
    -- The old question.
    question TEXT NOT NULL,
    -- The old answer.
    answer TEXT NOT NULL,
    -- The old tags.
    tags TEXT,
    -- The old explanation.
    explanation TEXT NOT NULL
) STRICT;

INSERT INTO
    questions_search (rowid, question, answer, tags, explanation)
SELECT
    rowid,
    question,
    answer,
    tags,
    explanation
FROM
    questions
WHERE
    status = 'active';

INSERT INTO
    questions_words (rowid, question, answer, tags, explanation)
SELECT
    rowid,
    question,
    answer,
    tags,
    explanation
FROM
    questions
WHERE
    status = 'active';
