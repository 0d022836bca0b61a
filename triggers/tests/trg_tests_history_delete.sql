CREATE TRIGGER trg_tests_history_delete
/*
 * Records that a test was deleted for good, with all its columns, so that it can be restored as it was.
 * Clears the note of an ignored insert, which would keep a deleted test.
 */
AFTER DELETE ON tests
BEGIN
    INSERT INTO question_history (question_id, question_type, event_type, event_source, source_name, before_snapshot)
    SELECT
        OLD.id,
        'test',
        'deleted',
        coalesce((SELECT coalesce(source, default_source) FROM history_writer), 'system'),
        (SELECT source_name FROM history_writer),
        json_object(
            'channel_id', OLD.channel_id,
            'channel_name', OLD.channel_name,
            'title', OLD.title,
            'description', OLD.description,
            'questions', OLD.questions,
            'passing_score', OLD.passing_score,
            'version', OLD.version,
            'created_at', OLD.created_at,
            'last_updated', OLD.last_updated
        )
    WHERE (SELECT source FROM history_writer) IS NOT 'self';

    UPDATE history_writer
    SET
        replaced_question_id = NULL,
        replaced_content = NULL
    WHERE replaced_question_id IS NOT NULL;
END;
