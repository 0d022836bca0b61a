-- Takes the vectors away; pnpm vector:sync makes them again.
DROP TABLE question_vectors;
