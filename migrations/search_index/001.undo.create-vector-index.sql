-- Takes the vector index away; the vectors stay in question_vectors.
DROP TABLE question_vector_index;
