CREATE TRIGGER trg_questions_search_insert
/* Puts a new active question into the full text, and takes those that it replaced out of it. */
AFTER INSERT ON questions
BEGIN
    INSERT INTO questions_search (questions_search, rowid, question, answer, tags, explanation)
    SELECT 'delete', number, question, answer, tags, explanation
    FROM replaced_question;
    INSERT INTO questions_words (questions_words, rowid, question, answer, tags, explanation)
    SELECT 'delete', number, question, answer, tags, explanation
    FROM replaced_question;
    DELETE FROM replaced_question WHERE number IS NOT NULL;
    INSERT INTO questions_search (rowid, question, answer, tags, explanation)
    SELECT NEW.rowid, NEW.question, NEW.answer, NEW.tags, NEW.explanation
    WHERE NEW.status = 'active';
    INSERT INTO questions_words (rowid, question, answer, tags, explanation)
    SELECT NEW.rowid, NEW.question, NEW.answer, NEW.tags, NEW.explanation
    WHERE NEW.status = 'active';
END;
