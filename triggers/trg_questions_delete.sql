CREATE TRIGGER trg_questions_delete
/*
 * Deletes the mappings and relationships of a deleted question.
 * A delete action of the foreign keys would also do so on every INSERT OR REPLACE, which fires no delete trigger.
 */
BEFORE DELETE ON questions
BEGIN
    DELETE FROM channel_mappings
    WHERE question_id = OLD.id;

    DELETE FROM question_relationships
    WHERE source_question_id = OLD.id
    OR target_question_id = OLD.id;
END;
