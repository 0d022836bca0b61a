CREATE TRIGGER trg_question_vectors_index_insert
/* Copies a new vector into the vector index. */
AFTER INSERT ON question_vectors
WHEN NEW.dimensions = 512
BEGIN
    INSERT OR REPLACE INTO question_vector_index (question_id, model, vector)
    VALUES (NEW.question_id, NEW.model, NEW.vector);
END;
