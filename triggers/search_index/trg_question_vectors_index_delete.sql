CREATE TRIGGER trg_question_vectors_index_delete
/* Takes a removed vector out of the vector index. */
AFTER DELETE ON question_vectors
BEGIN
    DELETE FROM question_vector_index
    WHERE question_id = OLD.question_id;
END;
