-- Undoes phase 1, core tables: the table channel_mappings with its indexes.
DROP TABLE channel_mappings;
