-- Writes vectors: a JSON array of [question, hash of the text, vector, vector of the whole text or null].
-- For: `pnpm vector:sync`.
-- :vectors = '[["q-42","00","[1,0,0]",null]]'
-- :model = 'example/3'
-- :dimensions = 3
INSERT INTO
    question_vectors (
        question_id,
        content_hash,
        vector,
        whole,
        model,
        dimensions
    )
SELECT
    entry.value ->> 0,
    entry.value ->> 1,
    vector8 (entry.value ->> 2),
    iif(
        entry.value ->> 3 IS NULL,
        NULL,
        vector8 (entry.value ->> 3)
    ),
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
    whole = excluded.whole,
    model = excluded.model,
    dimensions = excluded.dimensions,
    updated_at = excluded.updated_at;
