-- How many active questions the full text and the vectors of each encoder hold.
-- For: `pnpm vector:stats`.
-- Report: counts every question and every vector.
-- Scans: counts every question and every vector.
-- Sorts: a row for each encoder.
SELECT
    (
        SELECT
            count(*)
        FROM
            questions
        WHERE
            status = 'active'
    ) AS texts,
    (
        SELECT
            count(*)
        FROM
            questions_search_docsize
    ) AS indexed,
    vector.model AS model,
    count(vector.question_id) AS vectors,
    sum(
        length(vector.vector) + coalesce(length(searched.vector), 0)
    ) AS bytes,
    max(vector.updated_at) AS updated_at
FROM
    (
        SELECT
            1 AS one
    ) AS always
    LEFT JOIN question_vectors AS vector ON TRUE
    LEFT JOIN question_search_vectors AS searched ON searched.question_id = vector.question_id
GROUP BY
    vector.model
ORDER BY
    max(vector.updated_at) DESC;
