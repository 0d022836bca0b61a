CREATE TRIGGER trg_tests_history_update
/*
 * Records a change of a test: which columns, from which values to which.
 * last_updated is not listed and leaves no history.
 * Nothing is recorded when trg_tests_history_insert restores created_at of a replaced test.
 * Clears the note that trg_tests_history_replace made before an upsert.
 */
AFTER UPDATE OF
    id, channel_id, channel_name, title, description, questions, passing_score, version, created_at
ON tests
WHEN NEW.created_at IS OLD.created_at
OR NEW.created_at IS NOT (
    SELECT replaced_content ->> '$.created_at'
    FROM history_writer
    WHERE replaced_question_id = 'test:' || NEW.id
)
BEGIN
    INSERT INTO question_history (
        question_id, question_type, event_type, event_source, source_name, changed_fields, before_snapshot,
        after_snapshot
    )
    SELECT
        NEW.id,
        'test',
        'updated',
        coalesce(writer.source, writer.default_source, 'system'),
        writer.source_name,
        change.fields,
        change.old_values,
        change.new_values
    FROM (
        SELECT
            json_group_array(field) AS fields,
            json_group_object(field, old_value) AS old_values,
            json_group_object(field, new_value) AS new_values
        FROM (
            SELECT 'id' AS field, OLD.id AS old_value, NEW.id AS new_value
            UNION ALL SELECT 'channel_id', OLD.channel_id, NEW.channel_id
            UNION ALL SELECT 'channel_name', OLD.channel_name, NEW.channel_name
            UNION ALL SELECT 'title', OLD.title, NEW.title
            UNION ALL SELECT 'description', OLD.description, NEW.description
            UNION ALL SELECT 'questions', OLD.questions, NEW.questions
            UNION ALL SELECT 'passing_score', OLD.passing_score, NEW.passing_score
            UNION ALL SELECT 'version', OLD.version, NEW.version
            UNION ALL SELECT 'created_at', OLD.created_at, NEW.created_at
        ) AS content
        WHERE old_value IS NOT new_value
    ) AS change
    -- A database that has lost the row of history_writer still records changes.
    LEFT JOIN history_writer AS writer
    WHERE writer.source IS NOT 'self'
    AND change.fields <> '[]';

    UPDATE history_writer
    SET
        replaced_question_id = NULL,
        replaced_content = NULL
    WHERE replaced_question_id IS NOT NULL;
END;
