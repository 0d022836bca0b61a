CREATE TRIGGER trg_questions_search_delete
/*
 * Takes a deleted question out of the full text, and out of the note: with recursive triggers, which a program may switch on,
 * a replaced question comes here too.
 */
AFTER DELETE ON questions
WHEN OLD.status = 'active'
BEGIN
    INSERT INTO questions_search (questions_search, rowid, question, answer, tags, explanation)
    VALUES ('delete', OLD.rowid, OLD.question, OLD.answer, OLD.tags, OLD.explanation);
    INSERT INTO questions_words (questions_words, rowid, question, answer, tags, explanation)
    VALUES ('delete', OLD.rowid, OLD.question, OLD.answer, OLD.tags, OLD.explanation);
    DELETE FROM replaced_question
    WHERE number = OLD.rowid;
END;
