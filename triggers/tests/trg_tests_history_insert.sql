CREATE TRIGGER trg_tests_history_insert
/*
 * Records a new test as created, at the time in the test itself.
 * INSERT OR REPLACE of an existing test is recorded as a change, with the old values, and not at all when the
 * content is the same. trg_tests_history_replace has noted what changed.
 * The writer may set both times of a replaced test. Otherwise created_at keeps its value, and so does last_updated
 * unless the content changed: then it is now. This also holds for a writer that records its own history.
 */
AFTER INSERT ON tests
BEGIN
    INSERT INTO question_history (
        question_id, question_type, event_type, event_source, source_name, changed_fields, before_snapshot,
        after_snapshot, created_at
    )
    SELECT
        NEW.id,
        'test',
        iif(writer.replaced_question_id IS NULL, 'created', 'updated'),
        coalesce(writer.source, writer.default_source, 'system'),
        writer.source_name,
        writer.replaced_content -> '$.changed',
        writer.replaced_content -> '$.before',
        writer.replaced_content -> '$.after',
        iif(writer.replaced_question_id IS NULL, NEW.created_at, strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
    -- A database that has lost the row of history_writer still records new rows.
    FROM (SELECT 1) LEFT JOIN history_writer AS writer
    WHERE writer.source IS NOT 'self'
    AND writer.replaced_content ->> '$.changed' IS NOT '[]';

    UPDATE tests
    SET
        created_at = iif(
            created_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now'),
            (SELECT replaced_content ->> '$.created_at' FROM history_writer),
            created_at
        ),
        last_updated = coalesce(last_updated, (
            SELECT iif(
                replaced_content ->> '$.changed' = '[]',
                replaced_content ->> '$.last_updated',
                strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
            )
            FROM history_writer
        ))
    WHERE id = NEW.id
    AND (SELECT replaced_question_id FROM history_writer) = 'test:' || NEW.id
    AND (last_updated IS NULL OR created_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now'));

    UPDATE history_writer
    SET
        replaced_question_id = NULL,
        replaced_content = NULL
    WHERE replaced_question_id IS NOT NULL;
END;
