/** Tables of every kind that a rebuild could harm, each with what hangs on it; the key says why it is here. */
export const zoo: Readonly<Record<string, string>> = {
    parents:
        "a parent with children of every delete action, a reference to itself, all kinds of indexes, AUTOINCREMENT",
    cascades: "a child that is a parent itself",
    people: "references to itself that restrict and set NULL, over two columns",
    documents: "rowids with gaps that full-text search points to, below a text key",
    pairs: "no rowids",
    computed: "generated columns, with indexes on them",
    grown: "columns that were added, renamed and dropped, under a name that it got later",
    '"order"': "names that need quotes",
    '"table"': "a name that is a word of its own statement",
    qualified: "rules that name the table itself",
    descending: "an INTEGER PRIMARY KEY that is not the rowid",
    watched: "a trigger that a migration made",
    vectors: "a vector index",
    loose: "no STRICT, no types, a rowid by another name",
    sources: "a view over a view, with triggers instead of writes",
    deferred: "a foreign key that is judged at the end, to two columns",
};

const schema = `CREATE TABLE parents (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, code TEXT NOT NULL UNIQUE, size INTEGER,
    boss INTEGER REFERENCES parents (id) ON DELETE CASCADE
) STRICT;
CREATE INDEX idx_parents_size ON parents (size);
CREATE INDEX idx_parents_big ON parents (code) WHERE size > 10;
CREATE UNIQUE INDEX idx_parents_code ON parents (lower(code)) WHERE code <> '' /* ; */;
CREATE TABLE cascades (
    id INTEGER PRIMARY KEY, parent INTEGER REFERENCES parents (id) ON DELETE CASCADE ON UPDATE CASCADE
) STRICT;
CREATE INDEX idx_cascades_parent ON cascades (parent DESC);
CREATE TABLE grandchildren (id INTEGER PRIMARY KEY, child INTEGER REFERENCES cascades (id) ON DELETE CASCADE) STRICT;
CREATE TABLE nulls (id INTEGER PRIMARY KEY, parent INTEGER REFERENCES parents (id) ON DELETE SET NULL) STRICT;
CREATE TABLE restricts (id INTEGER PRIMARY KEY, parent INTEGER REFERENCES parents (id) ON DELETE RESTRICT) STRICT;
CREATE TABLE defaults (id INTEGER PRIMARY KEY, parent INTEGER DEFAULT 1 REFERENCES parents ON DELETE SET DEFAULT) STRICT;
CREATE TABLE by_code (id INTEGER PRIMARY KEY, code TEXT REFERENCES parents (code) ON DELETE CASCADE) STRICT;
CREATE TABLE people (
    first TEXT NOT NULL, last TEXT NOT NULL, boss_first TEXT, boss_last TEXT, friend INTEGER,
    id INTEGER UNIQUE, PRIMARY KEY (first, last), FOREIGN KEY (friend) REFERENCES people (id) ON DELETE SET NULL,
    FOREIGN KEY (boss_first, boss_last) REFERENCES people (first, last) ON DELETE RESTRICT
) STRICT;
CREATE TABLE documents (id TEXT NOT NULL PRIMARY KEY, body TEXT NOT NULL) STRICT;
CREATE VIRTUAL TABLE words USING fts5(body, content = 'documents', content_rowid = 'rowid');
CREATE TABLE pairs (a TEXT, b TEXT, n INTEGER, PRIMARY KEY (a, b)) STRICT, WITHOUT ROWID;
CREATE INDEX idx_pairs_n ON pairs (n);
CREATE TABLE computed (
    id INTEGER PRIMARY KEY, a INTEGER, twice INTEGER GENERATED ALWAYS AS (a * 2) STORED, more INTEGER AS (a + 1)
) STRICT;
CREATE INDEX idx_computed_twice ON computed (twice);
CREATE INDEX idx_computed_more ON computed (more) WHERE twice > 2;
CREATE TABLE seeds (
    /* One row is one seed; it grows. */
    -- Identifies it.
    id INTEGER NOT NULL PRIMARY KEY,
    old_name TEXT, gone TEXT,
    CONSTRAINT seeds_id_is_positive CHECK (id > 0)
) STRICT;
ALTER TABLE seeds ADD COLUMN kind /* What it is. */ TEXT NOT NULL DEFAULT 'a''b';
ALTER TABLE seeds RENAME COLUMN old_name TO new_name;
ALTER TABLE seeds DROP COLUMN gone;
ALTER TABLE seeds RENAME TO grown;
CREATE INDEX idx_grown_kind ON grown (kind);
CREATE TABLE "order" ("group" TEXT, [a b] INTEGER REFERENCES "order" ("a b"), \`c"d\` TEXT, "é" TEXT, "current_date" TEXT, UNIQUE ("a b")) STRICT;
CREATE INDEX "an index" ON "order" ("group", [a b]) WHERE \`c"d\` IS NOT NULL;
CREATE TABLE log (id INTEGER PRIMARY KEY, what TEXT) STRICT;
CREATE TABLE vectors (id INTEGER PRIMARY KEY, e F32_BLOB(3));
CREATE INDEX idx_vectors_e ON vectors (libsql_vector_idx(e, 'metric=cosine'));
CREATE TABLE loose (rowid TEXT, x, y DEFAULT (1 + 1), z NUMERIC COLLATE NOCASE);
CREATE INDEX idx_loose_z ON loose (z COLLATE NOCASE, x || 'a');
CREATE TABLE sources (id INTEGER PRIMARY KEY, body TEXT) STRICT;
CREATE TABLE keys (a INTEGER, b INTEGER, PRIMARY KEY (a, b)) STRICT;
CREATE TABLE deferred (
    id INTEGER PRIMARY KEY, a INTEGER, b INTEGER,
    FOREIGN KEY (a, b) REFERENCES keys (a, b) DEFERRABLE INITIALLY DEFERRED
) STRICT;
CREATE TABLE "table" (id INTEGER PRIMARY KEY, "create" TEXT REFERENCES "table" ("create"), UNIQUE ("create")) STRICT;
CREATE TABLE qualified (
    id INTEGER PRIMARY KEY, x INTEGER CHECK (qualified.x > 0), CONSTRAINT x_is_small CHECK ("qualified"."x" < 9)
) STRICT;
CREATE INDEX idx_qualified_x ON qualified (x) WHERE qualified.x > 1;
CREATE TABLE descending (id INTEGER PRIMARY KEY DESC, body TEXT);
CREATE TABLE watched (id INTEGER PRIMARY KEY, body TEXT) STRICT;
`;

// A rebuild is the only migration that may make a trigger.
const watchedAgain = `CREATE TABLE watched_new (id INTEGER PRIMARY KEY, body TEXT) STRICT;
INSERT INTO watched_new (id, body) SELECT id, body FROM watched;
DROP TABLE watched;
ALTER TABLE watched_new RENAME TO watched;
CREATE TRIGGER watch AFTER UPDATE ON watched BEGIN INSERT INTO log (what) VALUES ('update; ' || NEW.body); END;
`;

const logs = (name: string, event: string, row: string): string =>
    `CREATE TRIGGER ${name} ${event} BEGIN INSERT INTO log (what) VALUES ('${name} ' || ${row}); END;\n`;

/** The project: its formatter's settings are this repository's. */
export const zooFiles: Readonly<Record<string, string>> = {
    "sql-formatter.json": '{ "language": "sqlite", "tabWidth": 4, "keywordCase": "preserve" }',
    "migrations/001.do.create-zoo.sql": schema,
    "migrations/002.do.watch-again.sql": watchedAgain,
    "views/v_parents.sql": "CREATE VIEW v_parents AS SELECT id AS id, code AS code FROM parents;\n",
    "views/v_sources.sql": "CREATE VIEW v_sources AS SELECT id AS id, body AS body FROM sources;\n",
    "views/v_sources_long.sql":
        "CREATE VIEW v_sources_long AS SELECT s.id AS id, p.code AS code FROM v_sources AS s JOIN v_parents AS p ON p.id = s.id;\n",
    "triggers/trg_parents_insert.sql": logs("trg_parents_insert", "AFTER INSERT ON parents", "NEW.code"),
    "triggers/trg_parents_delete.sql": logs("trg_parents_delete", "BEFORE DELETE ON parents", "OLD.code"),
    "triggers/trg_sources_write.sql": logs("trg_sources_write", "INSTEAD OF INSERT ON v_sources", "NEW.body"),
    "triggers/trg_cascades_update.sql":
        "CREATE TRIGGER trg_cascades_update AFTER UPDATE ON cascades BEGIN UPDATE parents SET size = 7 WHERE id = NEW.parent; END;\n",
};

/** Rows everywhere, with rowids that are gone in between. */
export const zooRows = `INSERT INTO parents (code, size, boss) VALUES ('a', 1, NULL), ('b', 20, 1), ('c', NULL, 1), ('d', 3, 3), ('e', 1, 4);
INSERT INTO cascades (parent) VALUES (1), (2), (2), (4), (NULL);
INSERT INTO grandchildren (child) VALUES (1), (1), (3), (NULL);
INSERT INTO nulls (parent) VALUES (1), (2), (NULL);
INSERT INTO restricts (parent) VALUES (1), (4);
INSERT INTO defaults (parent) VALUES (1), (3);
INSERT INTO by_code (code) VALUES ('a'), ('d');
DELETE FROM parents WHERE id = 5;
INSERT INTO people VALUES ('a', 'x', NULL, NULL, NULL, 1), ('b', 'x', 'a', 'x', 1, 2), ('c', 'x', 'b', 'x', 2, 3);
INSERT INTO documents (rowid, id, body) VALUES (3, 'z', 'one two'), (7, 'a', 'two three'), (90, 'm', 'three');
INSERT INTO words (words) VALUES ('rebuild');
INSERT INTO pairs VALUES ('b', 'x', 2), ('a', 'y', 1);
INSERT INTO computed (id, a) VALUES (1, 2), (5, NULL);
INSERT INTO grown (id, new_name, kind) VALUES (4, 'n', 'k'), (9, NULL, 'l');
INSERT INTO "order" VALUES ('g', 1, 'c', 'ü', 'never'), (NULL, NULL, NULL, NULL, NULL);
INSERT INTO vectors VALUES (1, vector32('[1,0,0]')), (2, vector32('[0,1,0]')), (5, NULL);
INSERT INTO loose (_rowid_, rowid, x, y, z) VALUES (6, 'r', 1, 2.5, x'00'), (2, NULL, 'x', NULL, '7');
INSERT INTO sources VALUES (1, 's'), (2, NULL);
INSERT INTO keys VALUES (1, 1);
INSERT INTO deferred VALUES (1, 1, 1), (2, NULL, 9);
INSERT INTO "table" VALUES (1, 'a'), (2, NULL);
INSERT INTO qualified VALUES (1, 5), (3, NULL);
INSERT INTO descending (rowid, id, body) VALUES (7, 1, 'a'), (3, NULL, 'b'), (9, NULL, 'c');
INSERT INTO watched VALUES (1, 'w');
UPDATE watched SET body = 'v';
`;
