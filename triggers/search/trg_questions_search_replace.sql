CREATE TRIGGER trg_questions_search_replace
/*
 * Notes the active question that an insert meets: if the insert replaces it, trg_questions_search_insert takes it out of the
 * full text. An insert that is ignored, or turned into an update, leaves the note, and the next insert clears it.
 */
BEFORE INSERT ON questions
BEGIN
    DELETE FROM replaced_question;
    INSERT INTO replaced_question (id, number, question_id, question, answer, tags, explanation)
    SELECT 1, rowid, id, question, answer, tags, explanation
    FROM questions
    WHERE id = NEW.id AND status = 'active';
END;
