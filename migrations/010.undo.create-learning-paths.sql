-- Undoes phase 4, advanced features: the table learning_paths with its indexes.
DROP TABLE learning_paths;
