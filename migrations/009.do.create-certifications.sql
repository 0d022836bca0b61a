-- Phase 4, advanced features: the certifications that people prepare for.
CREATE TABLE certifications (
    /* One row is one certification with the facts about its exam. */
    -- Identifies the certification, such as aws-saa.
    id TEXT NOT NULL PRIMARY KEY,
    -- Its full name.
    name TEXT NOT NULL,
    -- Who awards it.
    provider TEXT NOT NULL,
    -- What it proves, in a sentence or two.
    description TEXT NOT NULL,
    -- The name of the icon shown beside it.
    icon TEXT NOT NULL DEFAULT 'award',
    -- The style class of its colour.
    color TEXT NOT NULL DEFAULT 'text-primary',
    -- How hard it is: beginner, intermediate, advanced or expert.
    difficulty TEXT NOT NULL,
    -- The field it belongs to: cloud, devops, security, data, ai, development or management.
    category TEXT NOT NULL,
    -- The hours of preparation.
    estimated_hours INTEGER NOT NULL DEFAULT 40,
    -- The code of the exam at the provider.
    exam_code TEXT,
    -- The page of the provider about it.
    official_url TEXT,
    -- What the exam covers: a JSON array of {"id", "name", "weight"}; the weights sum to 100.
    domains TEXT,
    -- The channels whose questions prepare for it: a JSON array of {"channel", "subChannel" if only a part}.
    channel_mappings TEXT,
    -- The topics it touches: a JSON array of strings.
    tags TEXT,
    -- What should be passed first: a JSON array of certification ids.
    prerequisites TEXT,
    -- active: offered; draft: not yet; archived: no longer.
    status TEXT NOT NULL DEFAULT 'active',
    -- How many questions prepare for it; counted by maintenance, not by triggers.
    question_count INTEGER NOT NULL DEFAULT 0,
    -- What is needed to pass, in percent.
    passing_score INTEGER NOT NULL DEFAULT 70,
    -- The duration of the exam, in minutes.
    exam_duration INTEGER NOT NULL DEFAULT 90,
    -- When it was added (ISO-8601, UTC).
    created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
    -- When it last changed (ISO-8601, UTC).
    last_updated TEXT,
    CONSTRAINT certifications_id_is_not_empty CHECK (id <> ''),
    CONSTRAINT certifications_name_is_not_empty CHECK (name <> ''),
    CONSTRAINT certifications_difficulty_is_known CHECK (
        difficulty IN ('beginner', 'intermediate', 'advanced', 'expert')
    ),
    CONSTRAINT certifications_category_is_known CHECK (
        category IN (
            'cloud',
            'devops',
            'security',
            'data',
            'ai',
            'development',
            'management'
        )
    ),
    CONSTRAINT certifications_estimated_hours_is_not_negative CHECK (estimated_hours >= 0),
    CONSTRAINT certifications_domains_is_a_json_array CHECK (
        iif(
            json_valid(domains),
            json_type(domains) = 'array',
            domains IS NULL
        )
    ),
    CONSTRAINT certifications_channel_mappings_is_a_json_array CHECK (
        iif(
            json_valid(channel_mappings),
            json_type(channel_mappings) = 'array',
            channel_mappings IS NULL
        )
    ),
    CONSTRAINT certifications_tags_is_a_json_array CHECK (
        iif(
            json_valid(tags),
            json_type(tags) = 'array',
            tags IS NULL
        )
    ),
    CONSTRAINT certifications_prerequisites_is_a_json_array CHECK (
        iif(
            json_valid(prerequisites),
            json_type(prerequisites) = 'array',
            prerequisites IS NULL
        )
    ),
    CONSTRAINT certifications_status_is_known CHECK (status IN ('active', 'draft', 'archived')),
    CONSTRAINT certifications_question_count_is_not_negative CHECK (question_count >= 0),
    CONSTRAINT certifications_passing_score_is_between_0_and_100 CHECK (passing_score BETWEEN 0 AND 100),
    CONSTRAINT certifications_exam_duration_is_not_negative CHECK (exam_duration >= 0)
) STRICT;

CREATE INDEX idx_certifications_status_name ON certifications (
    /* Serves the catalogue: the active certifications by name, also those of one provider. */
    status,
    name
);

CREATE INDEX idx_certifications_category_status_name ON certifications (
    /* Serves the catalogue of one category by name, also at one difficulty. */
    category,
    status,
    name
);
