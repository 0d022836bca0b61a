CREATE TRIGGER trg_tests_update
/*
 * Sets last_updated when the content changes, unless the writer sets it.
 * The update below names no column of the list, so it fires neither this trigger again nor the history.
 * Does nothing when trg_tests_history_insert restores created_at of a replaced test.
 */
AFTER UPDATE OF
    id, channel_id, channel_name, title, description, questions, passing_score, version, created_at
ON tests
WHEN NEW.last_updated IS OLD.last_updated
AND (
    NEW.id, NEW.channel_id, NEW.channel_name, NEW.title, NEW.description, NEW.questions, NEW.passing_score,
    NEW.version, NEW.created_at
) IS NOT (
    OLD.id, OLD.channel_id, OLD.channel_name, OLD.title, OLD.description, OLD.questions, OLD.passing_score,
    OLD.version, OLD.created_at
)
AND (
    NEW.created_at IS OLD.created_at
    OR NEW.created_at IS NOT (
        SELECT replaced_content ->> '$.created_at'
        FROM history_writer
        WHERE replaced_question_id = 'test:' || NEW.id
    )
)
BEGIN
    UPDATE tests
    SET last_updated = strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
    WHERE id = NEW.id;
END;
