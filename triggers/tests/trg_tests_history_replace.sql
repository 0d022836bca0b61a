CREATE TRIGGER trg_tests_history_replace
/*
 * Notes the existing test that an insert meets, because INSERT OR REPLACE deletes it without a delete trigger.
 * The note is that of trg_questions_history_replace, under an id that no question has; the comment there tells how long
 * it lasts. trg_tests_history_insert uses it.
 */
BEFORE INSERT ON tests
BEGIN
    UPDATE history_writer
    SET
        replaced_question_id = (SELECT 'test:' || id FROM tests WHERE id = NEW.id),
        replaced_content = (
            SELECT json_object(
                'channel_id', replaced.channel_id,
                'channel_name', replaced.channel_name,
                'title', replaced.title,
                'description', replaced.description,
                'questions', replaced.questions,
                'passing_score', replaced.passing_score,
                'version', replaced.version,
                'created_at', replaced.created_at,
                'last_updated', replaced.last_updated
            )
            FROM tests AS replaced
            WHERE replaced.id = NEW.id
        )
    WHERE replaced_question_id IS NOT NULL
    OR EXISTS (SELECT 1 FROM tests WHERE id = NEW.id);
END;
