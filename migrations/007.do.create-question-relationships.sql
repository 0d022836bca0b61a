-- Phase 3, relationships and history: how questions belong together.
CREATE TABLE question_relationships (
    /* One row says how one question, the source, relates to another, the target. */
    -- Counts up; has no meaning outside this table.
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    -- The question that the statement is about. No delete action: INSERT OR REPLACE must keep the row.
    source_question_id TEXT NOT NULL REFERENCES questions (id),
    -- The question that it relates to. No delete action, for the same reason.
    target_question_id TEXT NOT NULL REFERENCES questions (id),
    -- What the target is to the source: prerequisite, follow_up, related or deeper_dive.
    relationship_type TEXT NOT NULL,
    -- How close the two are, 0 to 100.
    strength INTEGER NOT NULL DEFAULT 50,
    -- When the relationship was found (ISO-8601, UTC).
    created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
    CONSTRAINT question_relationships_relationship_type_is_known CHECK (
        relationship_type IN (
            'prerequisite',
            'follow_up',
            'related',
            'deeper_dive'
        )
    ),
    CONSTRAINT question_relationships_strength_is_between_0_and_100 CHECK (strength BETWEEN 0 AND 100),
    CONSTRAINT question_relationships_target_is_another_question CHECK (source_question_id <> target_question_id),
    -- Also serves what follows from, belongs to or precedes a question, and the removal of a question.
    CONSTRAINT question_relationships_triple_is_unique UNIQUE (
        source_question_id,
        relationship_type,
        target_question_id
    )
) STRICT;

CREATE INDEX idx_question_relationships_target_question_id_relationship_type ON question_relationships (
    /* Serves the questions that lead to a question, and the removal of a question. */
    target_question_id,
    relationship_type
);
