-- Removes what a search is compared with of questions whose vectors `remove-vectors` removed.
-- For: `pnpm vector:sync`.
-- :ids = '["q-42"]'
DELETE FROM question_search_vectors
WHERE
    question_id IN (
        SELECT
            value
        FROM
            json_each(:ids)
    )
    AND NOT EXISTS (
        SELECT
            1
        FROM
            question_vectors AS vector
        WHERE
            vector.question_id = question_search_vectors.question_id
    );
