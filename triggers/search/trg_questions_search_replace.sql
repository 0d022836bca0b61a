CREATE TRIGGER trg_questions_search_replace
/*
 * Notes the active questions that an insert meets, by id or rowid: if it replaces them, trg_questions_search_insert takes them
 * out of the full text. An insert that is ignored, or turned into an update, leaves the note, and the next write clears it.
 */
BEFORE INSERT ON questions
BEGIN
    DELETE FROM replaced_question WHERE number IS NOT NULL;
    INSERT INTO replaced_question (number, question, answer, tags, explanation)
    SELECT rowid, question, answer, tags, explanation
    FROM questions
    WHERE (id = NEW.id OR rowid = NEW.rowid) AND status = 'active';
END;
