CREATE TRIGGER trg_tests_history_replace
/*
 * Notes what an insert changes of the existing test that it meets, because INSERT OR REPLACE deletes it without a delete
 * trigger.
 * The note is that of trg_questions_history_replace, under an id that no question has; the comment there tells how long
 * it lasts. trg_tests_history_insert uses it.
 */
BEFORE INSERT ON tests
WHEN EXISTS (SELECT 1 FROM tests WHERE id = NEW.id)
OR EXISTS (SELECT 1 FROM history_writer WHERE replaced_question_id IS NOT NULL)
BEGIN
    UPDATE history_writer
    SET
        replaced_question_id = (SELECT 'test:' || id FROM tests WHERE id = NEW.id),
        replaced_content = (
            SELECT (
                SELECT json_object(
                    'created_at', replaced.created_at,
                    'last_updated', replaced.last_updated,
                    'changed', json_group_array(content.field),
                    'before', json_group_object(content.field, content.old_value),
                    'after', json_group_object(content.field, content.new_value)
                )
                FROM (
                    SELECT 'channel_id' AS field, replaced.channel_id AS old_value, NEW.channel_id AS new_value
                    UNION ALL SELECT 'channel_name', replaced.channel_name, NEW.channel_name
                    UNION ALL SELECT 'title', replaced.title, NEW.title
                    UNION ALL SELECT 'description', replaced.description, NEW.description
                    UNION ALL SELECT 'questions', replaced.questions, NEW.questions
                    UNION ALL SELECT 'passing_score', replaced.passing_score, coalesce(NEW.passing_score, 70)
                    UNION ALL SELECT 'version', replaced.version, coalesce(NEW.version, 1)
                    UNION ALL SELECT
                        'created_at',
                        replaced.created_at,
                        coalesce(
                            nullif(NEW.created_at, strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
                            replaced.created_at
                        )
                ) AS content
                WHERE content.old_value IS NOT content.new_value
            )
            FROM tests AS replaced
            WHERE replaced.id = NEW.id
        )
    WHERE id = 1;
END;
