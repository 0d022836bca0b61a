-- Takes the vectors away; pnpm vector:sync makes them again.
DROP TABLE question_search_vectors;

DROP TABLE question_vectors;
