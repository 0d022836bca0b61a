-- A vector index, for more questions than a scan can compare. A table of its own: stock sqlite3 cannot write to a table with
-- such an index, and counts no rows in it.
-- lint: allow strict: a STRICT table cannot have a column of vectors
CREATE TABLE question_vector_index (
    /*
     * One row is the vector of one question, copied by triggers from question_vectors.
     * Only vectors of 512 dimensions, those of the embedded encoder: the column has one length.
     */
    -- The question.
    question_id TEXT NOT NULL PRIMARY KEY,
    -- The encoder.
    model TEXT NOT NULL,
    -- The vector of the whole text.
    vector F8_BLOB (512) NOT NULL
);

INSERT INTO
    question_vector_index (question_id, model, vector)
SELECT
    question_id,
    model,
    vector
FROM
    question_vectors
WHERE
    dimensions = 512;

CREATE INDEX idx_question_vector_index_vector ON question_vector_index (
    /* Serves the nearest questions, without a scan. With fewer neighbours it is smaller, but misses every other one. */
    libsql_vector_idx (
        vector,
        'metric=cosine',
        'compress_neighbors=float8'
    )
);
