-- Writes vectors: a JSON array of [question, hash of the text, vector, what a search is compared with or null].
-- For: `pnpm vector:sync`.
-- :vectors = '[["q-42","00","[1,0,0]",null]]'
-- :model = 'example/3'
-- :dimensions = 3
INSERT INTO
    question_vectors (
        question_id,
        content_hash,
        vector,
        model,
        dimensions
    )
SELECT
    entry.value ->> 0,
    entry.value ->> 1,
    vector8 (entry.value ->> 2),
    :model,
    :dimensions
FROM
    json_each(:vectors) AS entry
WHERE
    TRUE
ON CONFLICT (question_id) DO UPDATE
SET
    content_hash = excluded.content_hash,
    vector = excluded.vector,
    model = excluded.model,
    dimensions = excluded.dimensions,
    updated_at = excluded.updated_at;
