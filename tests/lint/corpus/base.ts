/** One file that a rule catches, with the place, and one near it that the rule must not catch. */
export interface Sample {
    /** Files on top of the base; `undefined` takes one away. */
    readonly caught: Files;
    /** `path:line` of each finding. */
    readonly at: readonly string[];
    readonly fine: Files;
}

export type Files = Readonly<Record<string, string | undefined>>;

/** The path of the file that most samples consist of. */
export const second = "migrations/002.do.change-notes.sql";

/** Files in which no rule finds anything: a parent with a child, an index, a view and a trigger. */
export const base: Readonly<Record<string, string>> = {
    "migrations/001.do.create-notes.sql": `-- What people write down.
CREATE TABLE notes (
    /* One row is one note. */
    -- Identifies the note.
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    -- What it says.
    body TEXT NOT NULL,
    -- How long it is.
    size INTEGER,
    CONSTRAINT notes_size_is_not_negative CHECK (size >= 0)
) STRICT;

CREATE INDEX idx_notes_size ON notes (
    /* Serves the longest notes. */
    size
);

CREATE TABLE tags (
    /* One row is one word on one note. */
    -- Identifies the tag.
    id INTEGER NOT NULL PRIMARY KEY,
    -- The note.
    note_id INTEGER NOT NULL REFERENCES notes (id)
) STRICT;

CREATE INDEX idx_tags_note_id ON tags (
    /* Serves the tags of a note. */
    note_id
);

CREATE TABLE settings (
    /* Its one row holds the settings. */
    -- Always 1.
    id INTEGER NOT NULL PRIMARY KEY,
    -- Who writes.
    writer TEXT,
    CONSTRAINT settings_has_one_row CHECK (id = 1)
) STRICT;
`,
    "migrations/001.undo.create-notes.sql":
        "-- Undoes: create notes.\nDROP TABLE settings;\n\nDROP TABLE tags;\n\nDROP TABLE notes;\n",
    "views/v_notes.sql": "CREATE VIEW v_notes AS\n/* One row is one note. */\nSELECT\n    id AS id\nFROM\n    notes;\n",
    "triggers/trg_notes_insert.sql": `CREATE TRIGGER trg_notes_insert
/* Keeps the length. */
AFTER INSERT ON notes
BEGIN
    UPDATE notes SET size = length(NEW.body) WHERE id = NEW.id;
END;
`,
};

/** The second migration with a heading on its first line, and an undo file that is not checked. */
export function migration(sql: string): Files {
    return {
        [second]: `-- Changes notes.\n${sql}\n`,
        "migrations/002.undo.change-notes.sql": "-- Undoes it.\nSELECT 1;\n",
    };
}

/** A sample in which both files are the second migration; `lines` count from its statements' first. */
export function inMigration(caught: string, lines: readonly number[], fine: string): Sample {
    return { caught: migration(caught), at: lines.map((line) => `${second}:${line + 1}`), fine: migration(fine) };
}

/** The rebuild of notes as it should be, for samples that spoil it. */
export const rebuild = `CREATE TABLE notes_new (
    /* One row is one note. */
    -- Identifies the note.
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    -- What it says.
    body TEXT NOT NULL,
    -- How long it is.
    size INTEGER,
    CONSTRAINT notes_size_is_small CHECK (size < 9000)
) STRICT;

INSERT INTO notes_new (id, body, size) SELECT id, body, size FROM notes;

DROP TABLE notes;

ALTER TABLE notes_new RENAME TO notes;

CREATE INDEX idx_notes_size ON notes (
    /* Serves the longest notes. */
    size
);`;
