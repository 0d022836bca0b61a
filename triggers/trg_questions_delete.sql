CREATE TRIGGER trg_questions_delete
/*
 * Takes the mappings and relationships of a question along when it is deleted.
 * A delete action of the foreign keys would do so on every INSERT OR REPLACE too, which fires no delete trigger.
 */
BEFORE DELETE ON questions
BEGIN
    DELETE FROM channel_mappings
    WHERE question_id = OLD.id;

    DELETE FROM question_relationships
    WHERE source_question_id = OLD.id
    OR target_question_id = OLD.id;
END;
