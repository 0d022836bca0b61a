CREATE TRIGGER trg_question_vectors_index_update
/* Copies a changed vector into the vector index; one of another length leaves it. */
AFTER UPDATE ON question_vectors
BEGIN
    DELETE FROM question_vector_index
    WHERE question_id = OLD.question_id;
    INSERT INTO question_vector_index (question_id, model, vector)
    SELECT NEW.question_id, NEW.model, NEW.vector
    WHERE NEW.dimensions = 512;
END;
