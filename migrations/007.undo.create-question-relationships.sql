-- Undoes phase 3, relationships and history: the table question_relationships with its indexes.
DROP TABLE question_relationships;
