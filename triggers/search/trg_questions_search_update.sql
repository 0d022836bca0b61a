CREATE TRIGGER trg_questions_search_update
/* Keeps the full text true when a text changes, and when a question becomes active or is not any more. */
AFTER UPDATE OF question, answer, tags, explanation, status
ON questions
WHEN (OLD.status = 'active' OR NEW.status = 'active')
AND (NEW.question, NEW.answer, NEW.tags, NEW.explanation, NEW.status)
IS NOT (OLD.question, OLD.answer, OLD.tags, OLD.explanation, OLD.status)
BEGIN
    INSERT INTO questions_search (questions_search, rowid, question, answer, tags, explanation)
    SELECT 'delete', OLD.rowid, OLD.question, OLD.answer, OLD.tags, OLD.explanation
    WHERE OLD.status = 'active';
    INSERT INTO questions_words (questions_words, rowid, question, answer, tags, explanation)
    SELECT 'delete', OLD.rowid, OLD.question, OLD.answer, OLD.tags, OLD.explanation
    WHERE OLD.status = 'active';
    INSERT INTO questions_search (rowid, question, answer, tags, explanation)
    SELECT NEW.rowid, NEW.question, NEW.answer, NEW.tags, NEW.explanation
    WHERE NEW.status = 'active';
    INSERT INTO questions_words (rowid, question, answer, tags, explanation)
    SELECT NEW.rowid, NEW.question, NEW.answer, NEW.tags, NEW.explanation
    WHERE NEW.status = 'active';
END;
