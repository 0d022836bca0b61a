-- Coding challenges: programs to write, with the cases that they must pass.
CREATE TABLE coding_challenges (
    /*
     * One row is one coding challenge. Its history is in question_history, with question_type 'coding'.
     * The application saves with INSERT OR REPLACE, so no foreign key to this table may have a delete action.
     */
    -- Identifies the challenge, such as cc42.
    id TEXT NOT NULL PRIMARY KEY,
    -- What it is called.
    title TEXT NOT NULL,
    -- The task in Markdown.
    description TEXT NOT NULL,
    -- How hard it is: beginner, intermediate or advanced; easy, medium or hard in older rows.
    difficulty TEXT NOT NULL,
    -- The kind of problem, such as arrays.
    category TEXT NOT NULL,
    -- The topics it touches: a JSON array of strings.
    tags TEXT,
    -- Companies known to set it: a JSON array of strings.
    companies TEXT,
    -- The JavaScript that a user begins with.
    starter_code_js TEXT,
    -- The Python that a user begins with.
    starter_code_py TEXT,
    -- What a solution must pass: a JSON array of objects, each a call with its expected output.
    test_cases TEXT NOT NULL,
    -- Help in steps, the least telling first: a JSON array of strings.
    hints TEXT,
    -- A solution in JavaScript.
    solution_js TEXT,
    -- A solution in Python.
    solution_py TEXT,
    -- The time that the solution takes, such as O(n).
    complexity_time TEXT,
    -- The memory that the solution takes, such as O(1).
    complexity_space TEXT,
    -- Why it takes that much.
    complexity_explanation TEXT,
    -- The minutes that a user has for it.
    time_limit INTEGER NOT NULL DEFAULT 15,
    -- When it was added (ISO-8601, UTC).
    created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
    -- When its content last changed (ISO-8601, UTC). Bookkeeping: it leaves no history.
    last_updated TEXT,
    CONSTRAINT coding_challenges_id_is_not_empty CHECK (id <> ''),
    CONSTRAINT coding_challenges_title_is_not_empty CHECK (title <> ''),
    CONSTRAINT coding_challenges_difficulty_is_known CHECK (
        difficulty IN (
            'beginner',
            'intermediate',
            'advanced',
            'easy',
            'medium',
            'hard'
        )
    ),
    CONSTRAINT coding_challenges_category_is_not_empty CHECK (category <> ''),
    CONSTRAINT coding_challenges_tags_is_a_json_array CHECK (
        iif(
            json_valid(tags),
            json_type(tags) = 'array',
            tags IS NULL
        )
    ),
    CONSTRAINT coding_challenges_companies_is_a_json_array CHECK (
        iif(
            json_valid(companies),
            json_type(companies) = 'array',
            companies IS NULL
        )
    ),
    CONSTRAINT coding_challenges_test_cases_is_a_json_array CHECK (
        iif(
            json_valid(test_cases),
            json_type(test_cases) = 'array',
            FALSE
        )
    ),
    CONSTRAINT coding_challenges_hints_is_a_json_array CHECK (
        iif(
            json_valid(hints),
            json_type(hints) = 'array',
            hints IS NULL
        )
    ),
    CONSTRAINT coding_challenges_time_limit_is_positive CHECK (time_limit > 0)
) STRICT;

CREATE INDEX idx_coding_challenges_category_title ON coding_challenges (
    /* Serves the list of one category by title. */
    category,
    title
);
