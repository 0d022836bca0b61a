-- Questions of any channel with this text, apart from case and the signs at its ends.
-- For: the bots, before they save a new question, where the search is not installed.
-- Report: compares every question, because no index holds their texts.
-- Scans: compares every question.
-- :question = 'how would you explain number 51: ld row until the log has been applied; the replic'
SELECT
    id,
    question AS text
FROM
    questions
WHERE
    lower(trim(question, ' .?!')) = lower(trim(:question, ' .?!'))
    AND status <> 'deleted';
