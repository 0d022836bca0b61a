-- Undoes phase 2, bot infrastructure: the table bot_ledger with its indexes.
DROP TABLE bot_ledger;
