CREATE VIEW v_searchable_questions AS
/* One row is one active question with the texts that the full-text index holds; the index reads them here. */
SELECT
    rowid AS number,
    question AS question,
    answer AS answer,
    tags AS tags,
    explanation AS explanation
FROM
    questions
WHERE
    status = 'active';
