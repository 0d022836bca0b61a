CREATE TRIGGER trg_questions_search_rename
/* Notes the active question whose id another one is given: UPDATE OR REPLACE deletes it without a delete trigger. */
BEFORE UPDATE OF id ON questions
WHEN NEW.id <> OLD.id
BEGIN
    DELETE FROM replaced_question WHERE number IS NOT NULL;
    INSERT INTO replaced_question (number, question, answer, tags, explanation)
    SELECT rowid, question, answer, tags, explanation
    FROM questions
    WHERE id = NEW.id AND status = 'active';
END;
