-- Writes of the array of `save-vectors` what a search is compared with.
-- For: `pnpm vector:sync`.
-- :vectors = '[["q-42","00","[1,0,0]",null]]'
INSERT INTO
    question_search_vectors (question_id, vector)
SELECT
    entry.value ->> 0,
    iif(
        entry.value ->> 3 IS NULL,
        NULL,
        vector8 (entry.value ->> 3)
    )
FROM
    json_each(:vectors) AS entry
WHERE
    TRUE
ON CONFLICT (question_id) DO UPDATE
SET
    vector = excluded.vector;
