-- Merges the parts of the full text, which each load adds to, so that a search reads one.
-- For: `pnpm vector:sync`.
INSERT INTO
    questions_search (questions_search)
VALUES
    ('optimize');
