-- Phase 4, advanced features: ordered ways through the questions.
CREATE TABLE learning_paths (
    /* One row is one learning path: questions in the order in which to study them, for one goal. */
    -- Identifies the path.
    id TEXT NOT NULL PRIMARY KEY,
    -- The name shown in the catalogue.
    title TEXT NOT NULL,
    -- What it teaches, in a sentence or two.
    description TEXT NOT NULL,
    -- What the goal is: a company, a job-title, a skill or a certification.
    path_type TEXT NOT NULL,
    -- The company whose interviews it prepares for.
    target_company TEXT,
    -- The job title it prepares for.
    target_job_title TEXT,
    -- How hard it is: beginner, intermediate or advanced.
    difficulty TEXT NOT NULL,
    -- Its duration in hours.
    estimated_hours INTEGER NOT NULL DEFAULT 40,
    -- The questions in their order: a JSON array of question ids.
    question_ids TEXT NOT NULL,
    -- The channels that the questions come from: a JSON array of strings.
    channels TEXT NOT NULL,
    -- The topics it touches: a JSON array of strings.
    tags TEXT,
    -- The paths to complete first: a JSON array of path ids.
    prerequisites TEXT,
    -- What one can do afterwards: a JSON array of strings.
    learning_objectives TEXT,
    -- The stages: a JSON array of {"id", "title", "questionIds"?, "questionCount"?, "estimatedHours"?}.
    milestones TEXT,
    -- How often it was chosen; the catalogue is sorted by it, the highest first.
    popularity INTEGER NOT NULL DEFAULT 0,
    -- How many of those who began it finished it, in percent.
    completion_rate INTEGER NOT NULL DEFAULT 0,
    -- How it was rated on average, 0 to 100.
    average_rating INTEGER NOT NULL DEFAULT 0,
    -- How it was generated, and other data of the generator: a JSON object.
    metadata TEXT,
    -- active: offered; draft: not yet; archived: no longer.
    status TEXT NOT NULL DEFAULT 'active',
    -- When it was added (ISO-8601, UTC).
    created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
    -- When it last changed (ISO-8601, UTC).
    last_updated TEXT,
    -- When a bot last generated its questions (ISO-8601, UTC).
    last_generated TEXT,
    CONSTRAINT learning_paths_id_is_not_empty CHECK (id <> ''),
    CONSTRAINT learning_paths_title_is_not_empty CHECK (title <> ''),
    CONSTRAINT learning_paths_path_type_is_known CHECK (
        path_type IN ('company', 'job-title', 'skill', 'certification')
    ),
    CONSTRAINT learning_paths_difficulty_is_known CHECK (
        difficulty IN ('beginner', 'intermediate', 'advanced')
    ),
    CONSTRAINT learning_paths_estimated_hours_is_not_negative CHECK (estimated_hours >= 0),
    CONSTRAINT learning_paths_question_ids_is_a_json_array CHECK (
        iif(
            json_valid(question_ids),
            json_type(question_ids) = 'array',
            FALSE
        )
    ),
    CONSTRAINT learning_paths_channels_is_a_json_array CHECK (
        iif(
            json_valid(channels),
            json_type(channels) = 'array',
            FALSE
        )
    ),
    CONSTRAINT learning_paths_tags_is_a_json_array CHECK (
        iif(
            json_valid(tags),
            json_type(tags) = 'array',
            tags IS NULL
        )
    ),
    CONSTRAINT learning_paths_prerequisites_is_a_json_array CHECK (
        iif(
            json_valid(prerequisites),
            json_type(prerequisites) = 'array',
            prerequisites IS NULL
        )
    ),
    CONSTRAINT learning_paths_learning_objectives_is_a_json_array CHECK (
        iif(
            json_valid(learning_objectives),
            json_type(learning_objectives) = 'array',
            learning_objectives IS NULL
        )
    ),
    CONSTRAINT learning_paths_milestones_is_a_json_array CHECK (
        iif(
            json_valid(milestones),
            json_type(milestones) = 'array',
            milestones IS NULL
        )
    ),
    CONSTRAINT learning_paths_popularity_is_not_negative CHECK (popularity >= 0),
    CONSTRAINT learning_paths_completion_rate_is_between_0_and_100 CHECK (completion_rate BETWEEN 0 AND 100),
    CONSTRAINT learning_paths_average_rating_is_between_0_and_100 CHECK (average_rating BETWEEN 0 AND 100),
    CONSTRAINT learning_paths_metadata_is_a_json_object CHECK (
        iif(
            json_valid(metadata),
            json_type(metadata) = 'object',
            metadata IS NULL
        )
    ),
    CONSTRAINT learning_paths_status_is_known CHECK (status IN ('active', 'draft', 'archived'))
) STRICT;

CREATE INDEX idx_learning_paths_status_popularity_created_at ON learning_paths (
    /* Serves the catalogue: the active paths, the most popular first, also filtered by words or difficulty. */
    status,
    popularity,
    created_at
);

CREATE INDEX idx_learning_paths_path_type_status_popularity_created_at ON learning_paths (
    /* Serves the catalogue of one type, the most popular first, also filtered by words or difficulty. */
    path_type,
    status,
    popularity,
    created_at
);

CREATE INDEX idx_learning_paths_target_company_status_popularity_created_at ON learning_paths (
    /*
     * Serves the catalogue of one company, the most popular first, whatever else is filtered. It comes after the two
     * above, because the planner chooses the later of equally good indexes, and a company has fewer paths.
     */
    target_company,
    status,
    popularity,
    created_at
);

CREATE INDEX idx_learning_paths_target_job_title_status_popularity_created_at ON learning_paths (
    /* Serves the catalogue of one job title, the most popular first, whatever else is filtered. */
    target_job_title,
    status,
    popularity,
    created_at
);
