-- Says who writes to questions from here to the end of the transaction, and what its changes of the content are called.
-- For: the bots, first in each transaction that changes questions.
-- :source_name = 'processor'
-- :event_type = 'improved'
UPDATE history_writer
SET
    source = 'bot',
    source_name = :source_name,
    event_type = :event_type
WHERE
    id = 1;
