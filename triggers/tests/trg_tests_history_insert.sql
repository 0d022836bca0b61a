CREATE TRIGGER trg_tests_history_insert
/*
 * Records a new test as created, at the time in the test itself.
 * INSERT OR REPLACE of an existing test is recorded as a change, with the old values, and not at all when the
 * content is the same. trg_tests_history_replace has noted the old test, if there was one.
 * The writer may set both times of a replaced test. Otherwise created_at keeps its value, and so does last_updated
 * unless the content changed: then it is now. This also holds for a writer that records its own history.
 */
AFTER INSERT ON tests
BEGIN
    INSERT INTO question_history (question_id, question_type, event_type, event_source, source_name, created_at)
    SELECT
        NEW.id,
        'test',
        'created',
        coalesce((SELECT source FROM history_writer), 'system'),
        (SELECT source_name FROM history_writer),
        NEW.created_at
    WHERE (SELECT source FROM history_writer) IS NOT 'self'
    AND (SELECT replaced_question_id FROM history_writer) IS NOT 'test:' || NEW.id;

    -- The default is the time of this statement, which shows that the writer did not set it.
    UPDATE tests
    SET created_at = (SELECT replaced_content ->> '$.created_at' FROM history_writer)
    WHERE id = NEW.id
    AND created_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
    AND created_at <> (
        SELECT replaced_content ->> '$.created_at'
        FROM history_writer
        WHERE replaced_question_id = 'test:' || NEW.id
    );

    -- From here on the note holds what changed, each column with its old and its new value.
    UPDATE history_writer
    SET replaced_content = (
        SELECT json_object(
            'last_updated', history_writer.replaced_content ->> '$.last_updated',
            'changes', json_group_object(content.field, json_array(replaced.value, content.new_value))
        )
        FROM (
            SELECT 'channel_id' AS field, NEW.channel_id AS new_value
            UNION ALL SELECT 'channel_name', NEW.channel_name
            UNION ALL SELECT 'title', NEW.title
            UNION ALL SELECT 'description', NEW.description
            UNION ALL SELECT 'questions', NEW.questions
            UNION ALL SELECT 'passing_score', NEW.passing_score
            UNION ALL SELECT 'version', NEW.version
            UNION ALL SELECT 'created_at', (SELECT created_at FROM tests WHERE id = NEW.id)
        ) AS content
        JOIN json_each(history_writer.replaced_content) AS replaced ON replaced.key = content.field
        WHERE replaced.value IS NOT content.new_value
    )
    WHERE replaced_question_id = 'test:' || NEW.id;

    INSERT INTO question_history (
        question_id, question_type, event_type, event_source, source_name, changed_fields, before_snapshot,
        after_snapshot
    )
    SELECT
        NEW.id,
        'test',
        'updated',
        coalesce((SELECT source FROM history_writer), 'system'),
        (SELECT source_name FROM history_writer),
        json_group_array(change.key),
        json_group_object(change.key, change.value ->> '$[0]'),
        json_group_object(change.key, change.value ->> '$[1]')
    FROM json_each((SELECT replaced_content FROM history_writer), '$.changes') AS change
    WHERE (SELECT source FROM history_writer) IS NOT 'self'
    -- One group is one row; without a difference there is no group.
    GROUP BY NEW.id;

    UPDATE tests
    SET last_updated = (
        SELECT iif(
            replaced_content ->> '$.changes' = '{}',
            replaced_content ->> '$.last_updated',
            strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
        )
        FROM history_writer
    )
    WHERE id = NEW.id
    AND last_updated IS NULL
    AND EXISTS (SELECT 1 FROM history_writer WHERE replaced_question_id = 'test:' || NEW.id);

    UPDATE history_writer
    SET
        replaced_question_id = NULL,
        replaced_content = NULL
    WHERE replaced_question_id IS NOT NULL;
END;
