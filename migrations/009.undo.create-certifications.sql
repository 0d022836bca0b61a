-- Undoes phase 4, advanced features: the table certifications with its indexes.
DROP TABLE certifications;
