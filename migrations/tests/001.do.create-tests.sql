-- Tests: questions to choose an answer to, for a channel or a certification.
CREATE TABLE tests (
    /*
     * One row is one test. Its history is in question_history, with question_type 'test'.
     * The application saves with INSERT OR REPLACE, so no foreign key to this table may have a delete action.
     */
    -- Identifies the test, such as test-system-design or test-aws-saa.
    id TEXT NOT NULL PRIMARY KEY,
    -- The channel or certification that it belongs to.
    channel_id TEXT NOT NULL,
    -- What that is called.
    channel_name TEXT NOT NULL,
    -- What the test is called.
    title TEXT NOT NULL,
    -- What to expect, in a sentence or two.
    description TEXT,
    -- The questions in order, each with its options: a JSON array of objects.
    questions TEXT NOT NULL,
    -- What is needed to pass, in percent.
    passing_score INTEGER NOT NULL DEFAULT 70,
    -- Counts the editions of the test.
    version INTEGER NOT NULL DEFAULT 1,
    -- When it was added (ISO-8601, UTC).
    created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
    -- When its content last changed (ISO-8601, UTC). Bookkeeping: it leaves no history.
    last_updated TEXT,
    CONSTRAINT tests_id_is_not_empty CHECK (id <> ''),
    CONSTRAINT tests_channel_id_is_not_empty CHECK (channel_id <> ''),
    CONSTRAINT tests_title_is_not_empty CHECK (title <> ''),
    CONSTRAINT tests_questions_is_a_json_array CHECK (
        iif(
            json_valid(questions),
            json_type(questions) = 'array',
            FALSE
        )
    ),
    CONSTRAINT tests_passing_score_is_between_0_and_100 CHECK (passing_score BETWEEN 0 AND 100),
    CONSTRAINT tests_version_is_positive CHECK (version > 0)
) STRICT;

CREATE INDEX idx_tests_channel_id_title ON tests (
    /* Serves the tests of one channel or certification by title. */
    channel_id,
    title
);
