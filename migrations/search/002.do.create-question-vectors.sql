-- Vectors, which order what the full text finds.
CREATE TABLE question_vectors (
    /*
     * One row is the vector of one question, as pnpm vector:sync wrote it.
     * A question that was deleted or is not active keeps its vector until the next sync; no query shows it.
     */
    -- The question. No foreign key: a vector must not hinder the deletion of its question.
    question_id TEXT NOT NULL PRIMARY KEY,
    -- The encoder. Only vectors of one encoder can be compared.
    model TEXT NOT NULL,
    -- The length of the vector.
    dimensions INTEGER NOT NULL,
    -- The SHA-256 of the text that the vector is of, in hexadecimal.
    content_hash TEXT NOT NULL,
    -- The vector of the whole text, as vector8() makes it: one byte for each dimension. Other texts are compared with it.
    vector BLOB NOT NULL,
    -- When it was written (ISO-8601, UTC).
    updated_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
    CONSTRAINT question_vectors_question_id_is_not_empty CHECK (question_id <> ''),
    CONSTRAINT question_vectors_model_is_not_empty CHECK (model <> ''),
    CONSTRAINT question_vectors_dimensions_is_positive CHECK (dimensions > 0)
) STRICT;

CREATE TABLE question_search_vectors (
    /*
     * One row is what a search is compared with of one question, beside its row in question_vectors.
     * A table of its own, so that a comparison with every question need not read it.
     */
    -- The question. No foreign key, as in question_vectors.
    question_id TEXT NOT NULL PRIMARY KEY,
    -- The mean of the whole text and its opening, where the encoder says so: a short search is nearer to a short text. NULL where
    -- a search is compared with the whole text.
    vector BLOB,
    CONSTRAINT question_search_vectors_question_id_is_not_empty CHECK (question_id <> '')
) STRICT;
