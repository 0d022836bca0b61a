CREATE TRIGGER trg_questions_search_renamed
/* Takes a question out of the full text that another one replaced by taking its id. */
AFTER UPDATE OF id ON questions
WHEN NEW.id <> OLD.id
BEGIN
    INSERT INTO questions_search (questions_search, rowid, question, answer, tags, explanation)
    SELECT 'delete', number, question, answer, tags, explanation
    FROM replaced_question;
    INSERT INTO questions_words (questions_words, rowid, question, answer, tags, explanation)
    SELECT 'delete', number, question, answer, tags, explanation
    FROM replaced_question;
    DELETE FROM replaced_question WHERE number IS NOT NULL;
END;
