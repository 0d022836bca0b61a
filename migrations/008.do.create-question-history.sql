-- Phase 3, relationships and history: everything that ever happened to a question, and who did it.
-- Its CHECKs compare values one by one: for a list of three or more, SQLite builds a table for every row that is written.
CREATE TABLE question_history (
    /*
     * One row is one event in the life of a question, a test or a coding challenge.
     * Triggers write the events of the table questions; writers that know more add their own.
     */
    -- Counts up; has no meaning outside this table.
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    -- The id of the question, test or challenge; no foreign key, because it may be deleted or elsewhere.
    question_id TEXT NOT NULL,
    -- What the id belongs to: question, test or coding.
    question_type TEXT NOT NULL DEFAULT 'question',
    -- What happened: created, updated, improved, flagged, verified, enriched, deleted or restored.
    event_type TEXT NOT NULL,
    -- What kind of writer did it: bot, user, system or import.
    event_source TEXT NOT NULL,
    -- Which one: the name of the bot, the user or the import.
    source_name TEXT,
    -- What changed, as the writer describes it.
    changes_summary TEXT,
    -- The columns that changed: a JSON array of strings.
    changed_fields TEXT,
    -- The values before, of just those columns: a JSON object. All columns but the id for a deleted question.
    before_snapshot TEXT,
    -- The values after, of just those columns: a JSON object.
    after_snapshot TEXT,
    -- Why it was done.
    reason TEXT,
    -- Other data of the writer: a JSON object.
    metadata TEXT,
    -- When it happened (ISO-8601, UTC).
    created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
    CONSTRAINT question_history_question_id_is_not_empty CHECK (question_id <> ''),
    CONSTRAINT question_history_question_type_is_known CHECK (
        question_type = 'question'
        OR question_type = 'test'
        OR question_type = 'coding'
    ),
    CONSTRAINT question_history_event_type_is_known CHECK (
        event_type = 'created'
        OR event_type = 'updated'
        OR event_type = 'improved'
        OR event_type = 'flagged'
        OR event_type = 'verified'
        OR event_type = 'enriched'
        OR event_type = 'deleted'
        OR event_type = 'restored'
    ),
    CONSTRAINT question_history_event_source_is_known CHECK (
        event_source = 'bot'
        OR event_source = 'user'
        OR event_source = 'system'
        OR event_source = 'import'
    ),
    CONSTRAINT question_history_changed_fields_is_a_json_array CHECK (
        iif(
            json_valid(changed_fields),
            json_type(changed_fields) = 'array',
            changed_fields IS NULL
        )
    ),
    CONSTRAINT question_history_before_snapshot_is_a_json_object CHECK (
        iif(
            json_valid(before_snapshot),
            json_type(before_snapshot) = 'object',
            before_snapshot IS NULL
        )
    ),
    CONSTRAINT question_history_after_snapshot_is_a_json_object CHECK (
        iif(
            json_valid(after_snapshot),
            json_type(after_snapshot) = 'object',
            after_snapshot IS NULL
        )
    ),
    CONSTRAINT question_history_metadata_is_a_json_object CHECK (
        iif(
            json_valid(metadata),
            json_type(metadata) = 'object',
            metadata IS NULL
        )
    )
) STRICT;

CREATE INDEX idx_question_history_created_at_question_type_event_type_event_source ON question_history (
    /*
     * Serves the latest events of all questions, also of one type, kind or source: the other columns let them be
     * filtered, and counted, in the index alone. Serves the growth per week.
     */
    created_at,
    question_type,
    event_type,
    event_source
);

CREATE INDEX idx_question_history_question_id_question_type_created_at_event_type_event_source ON question_history (
    /*
     * Serves the history of a question, the latest first, and the search for an event that is already recorded: with
     * all five columns it is chosen for that before the index above, where an import may hold thousands of one time.
     */
    question_id,
    question_type,
    created_at,
    event_type,
    event_source
);

CREATE TABLE history_writer (
    /*
     * Bookkeeping of the history triggers; not one of the 12 tables. Its one row says who is writing to questions, and which
     * source a change has that names no writer: default_source is a setting of the database, and stays.
     * A writer sets source and source_name first in its transaction and sets them back to NULL last:
     *     UPDATE history_writer SET source = 'bot', source_name = 'verifier';
     *     UPDATE history_writer SET source = NULL, source_name = NULL, event_type = NULL;
     */
    -- Always 1: there is one row.
    id INTEGER NOT NULL PRIMARY KEY DEFAULT 1,
    -- bot, user, system or import; self: the writer records its own events, and the triggers write none; NULL: default_source.
    source TEXT,
    -- Which bot, user or import it is; goes into question_history.source_name.
    source_name TEXT,
    -- The source of a change that names no writer: bot, user, system or import. Clearing the writer keeps it.
    default_source TEXT NOT NULL DEFAULT 'system',
    -- What the writer calls its changes of the content: improved or enriched; NULL: updated.
    event_type TEXT,
    -- Set by a trigger: the existing question with the id of the row being inserted, until the next write.
    replaced_question_id TEXT,
    -- Set by a trigger: what the insert changes of it, a JSON object: its times, and the columns with both values.
    replaced_content TEXT,
    CONSTRAINT history_writer_has_one_row CHECK (id = 1),
    CONSTRAINT history_writer_source_is_known CHECK (
        source IN ('bot', 'user', 'system', 'import', 'self')
    ),
    CONSTRAINT history_writer_default_source_is_known CHECK (
        default_source IN ('bot', 'user', 'system', 'import')
    ),
    CONSTRAINT history_writer_event_type_is_known CHECK (event_type IN ('improved', 'enriched')),
    CONSTRAINT history_writer_replaced_content_is_a_json_object CHECK (
        iif(
            json_valid(replaced_content),
            json_type(replaced_content) = 'object',
            replaced_content IS NULL
        )
    )
) STRICT;

INSERT INTO
    history_writer (id)
VALUES
    (1);
