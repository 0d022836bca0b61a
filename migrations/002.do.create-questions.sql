-- Phase 1, core tables: the questions and everything that is shown about them.
-- Its CHECKs compare values one by one: for a list of three or more, SQLite builds a table for every row that is written.
CREATE TABLE questions (
    /*
     * One row is one interview question with its answer.
     * The normal way to remove a question is status 'deleted'; a DELETE also deletes its mappings and relationships.
     * The application saves with INSERT OR REPLACE, so no foreign key to this table may have a delete action.
     * What identifies or groups a question is never empty. Prose may be, because a bot can still write a missing text.
     */
    -- Identifies the question everywhere, such as q-1042. A random UUID by default.
    id TEXT NOT NULL PRIMARY KEY DEFAULT (
        lower(
            printf(
                '%s-%s-4%s-%s%s-%s',
                hex(randomblob(4)),
                hex(randomblob(2)),
                substr(hex(randomblob(2)), 2),
                substr('89AB', 1 + (random() & 3), 1),
                substr(hex(randomblob(2)), 2),
                hex(randomblob(6))
            )
        )
    ),
    -- The question as the interviewer asks it.
    question TEXT NOT NULL,
    -- The short answer, shown first.
    answer TEXT NOT NULL,
    -- The long answer in Markdown: why the short one is right.
    explanation TEXT NOT NULL,
    -- A picture of the answer as Mermaid source.
    diagram TEXT,
    -- How hard the question is: beginner, intermediate or advanced.
    difficulty TEXT NOT NULL,
    -- The topics it touches: a JSON array of strings.
    tags TEXT,
    -- Its primary channel, such as system-design, which is also among its rows in channel_mappings.
    channel TEXT NOT NULL,
    -- The part of the primary channel that it belongs to; empty for the channel as a whole.
    sub_channel TEXT NOT NULL,
    -- Where it was found.
    source_url TEXT,
    -- Films about it: a JSON object {"shortVideo": url or null, "longVideo": url or null}.
    videos TEXT,
    -- Companies known to ask it: a JSON array of strings.
    companies TEXT,
    -- The answer for a five-year-old.
    eli5 TEXT,
    -- The answer in one sentence.
    tldr TEXT,
    -- How much it matters in interviews, 0 to 100, as a bot rated it. Bookkeeping: a change leaves no history.
    relevance_score INTEGER,
    -- How the relevance score was computed: a JSON object. Bookkeeping.
    relevance_details TEXT,
    -- How much it matters for each job title, 0 to 100: a JSON object such as {"sre": 60}. Bookkeeping.
    job_title_relevance TEXT,
    -- The experience levels it suits: a JSON array of entry, mid, senior, staff, principal. Bookkeeping.
    experience_level_tags TEXT,
    -- Words that a spoken answer should contain: a JSON array of strings.
    voice_keywords TEXT,
    -- 1 when it can be asked and answered by voice, 0 when not, NULL while it is unknown.
    voice_suitable INTEGER,
    -- active: shown; flagged: shown, but to be reviewed; deleted: kept, but no longer shown.
    status TEXT NOT NULL DEFAULT 'active',
    -- 1 while the question is younger than 7 days, then 0; maintenance clears it. Bookkeeping.
    is_new INTEGER NOT NULL DEFAULT 1,
    -- When its content last changed (ISO-8601, UTC). Follows every change unless the writer sets it. Bookkeeping.
    last_updated TEXT,
    -- When the question was added (ISO-8601, UTC). INSERT OR REPLACE without it keeps it.
    created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
    CONSTRAINT questions_id_is_not_empty CHECK (id <> ''),
    CONSTRAINT questions_question_is_not_empty CHECK (question <> ''),
    CONSTRAINT questions_channel_is_not_empty CHECK (channel <> ''),
    CONSTRAINT questions_difficulty_is_known CHECK (
        difficulty = 'beginner'
        OR difficulty = 'intermediate'
        OR difficulty = 'advanced'
    ),
    CONSTRAINT questions_tags_is_a_json_array CHECK (
        iif(
            json_valid(tags),
            json_type(tags) = 'array',
            tags IS NULL
        )
    ),
    CONSTRAINT questions_videos_is_a_json_object CHECK (
        iif(
            json_valid(videos),
            json_type(videos) = 'object',
            videos IS NULL
        )
    ),
    CONSTRAINT questions_companies_is_a_json_array CHECK (
        iif(
            json_valid(companies),
            json_type(companies) = 'array',
            companies IS NULL
        )
    ),
    CONSTRAINT questions_relevance_score_is_between_0_and_100 CHECK (relevance_score BETWEEN 0 AND 100),
    CONSTRAINT questions_relevance_details_is_a_json_object CHECK (
        iif(
            json_valid(relevance_details),
            json_type(relevance_details) = 'object',
            relevance_details IS NULL
        )
    ),
    CONSTRAINT questions_job_title_relevance_is_a_json_object CHECK (
        iif(
            json_valid(job_title_relevance),
            json_type(job_title_relevance) = 'object',
            job_title_relevance IS NULL
        )
    ),
    CONSTRAINT questions_experience_level_tags_is_a_json_array CHECK (
        iif(
            json_valid(experience_level_tags),
            json_type(experience_level_tags) = 'array',
            experience_level_tags IS NULL
        )
    ),
    CONSTRAINT questions_voice_keywords_is_a_json_array CHECK (
        iif(
            json_valid(voice_keywords),
            json_type(voice_keywords) = 'array',
            voice_keywords IS NULL
        )
    ),
    CONSTRAINT questions_voice_suitable_is_0_or_1 CHECK (voice_suitable IN (0, 1)),
    CONSTRAINT questions_status_is_known CHECK (
        status = 'active'
        OR status = 'flagged'
        OR status = 'deleted'
    ),
    CONSTRAINT questions_is_new_is_0_or_1 CHECK (is_new IN (0, 1))
) STRICT;

CREATE INDEX idx_questions_channel_sub_channel_id ON questions (
    /*
     * Serves the questions of a channel or of one of its parts, the parts of a channel with their counts, and lists of
     * all questions by channel, by channel and part, and by channel, part and id.
     */
    channel,
    sub_channel,
    id
);

CREATE INDEX idx_questions_channel_difficulty_status_is_new ON questions (
    /*
     * Serves a quiz (the questions of a channel at one difficulty) and, from the index alone, the counts per channel,
     * per channel and difficulty, and of the new questions per channel.
     */
    channel,
    difficulty,
    status,
    is_new
);

CREATE INDEX idx_questions_last_updated ON questions (
    /* Serves the latest changes, and the questions that a bot has not touched for the longest time. */
    last_updated
);

CREATE INDEX idx_questions_created_at ON questions (
    /* Serves the newest questions, the growth per week, and the end of a question's first 7 days. */
    created_at
);
