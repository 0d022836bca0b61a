import type { Client } from "@libsql/client";
import { readRows } from "../support/contents.ts";
import { createDeployedProject, type TestProject } from "../support/deployed.ts";
import { writeProject } from "../support/project.ts";
import type { Target } from "../support/targets.ts";

const children = {
    cascades: "ON DELETE CASCADE",
    nulls: "ON DELETE SET NULL",
    restricts: "ON DELETE RESTRICT",
    plains: "",
};

/** A parent table with a child for each delete action, a reference to itself, and all kinds of indexes. */
export const family = {
    "migrations/001.do.create-parents.sql": [
        "CREATE TABLE parents (",
        "    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,",
        "    code TEXT NOT NULL UNIQUE,",
        "    size INTEGER,",
        "    boss INTEGER REFERENCES parents (id) ON DELETE CASCADE",
        ") STRICT;",
        "CREATE INDEX idx_parents_size ON parents (size);",
        "CREATE INDEX idx_parents_big ON parents (code) WHERE size > 10;",
        "CREATE UNIQUE INDEX idx_parents_code ON parents (lower(code));",
        ...Object.entries(children).map(
            ([name, action]) =>
                `CREATE TABLE ${name} (id INTEGER PRIMARY KEY, parent INTEGER REFERENCES parents (id) ${action}) STRICT;`,
        ),
        "CREATE TABLE by_code (id INTEGER PRIMARY KEY, code TEXT REFERENCES parents (code) ON DELETE CASCADE) STRICT;",
        "CREATE TABLE log (id INTEGER PRIMARY KEY, what TEXT) STRICT;",
    ].join("\n"),
    "views/v_parents.sql": "CREATE VIEW v_parents AS SELECT id AS id, code AS code FROM parents;",
    "triggers/trg_parents_insert.sql":
        "CREATE TRIGGER trg_parents_insert AFTER INSERT ON parents BEGIN\n" +
        "    INSERT INTO log (what) VALUES ('insert ' || NEW.code);\nEND;",
    "triggers/trg_parents_delete.sql":
        "CREATE TRIGGER trg_parents_delete AFTER DELETE ON parents BEGIN\n" +
        "    INSERT INTO log (what) VALUES ('delete ' || OLD.code);\nEND;",
};

/** Of one that no file holds. */
export const unmanagedTrigger =
    "CREATE TRIGGER watch AFTER UPDATE ON parents BEGIN INSERT INTO log (what) VALUES ('update'); END";

export const newTable =
    "CREATE TABLE parents_new (\n" +
    "    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,\n" +
    "    code TEXT NOT NULL UNIQUE,\n" +
    "    size INTEGER NOT NULL DEFAULT 0,\n" +
    "    boss INTEGER REFERENCES parents (id) ON DELETE CASCADE,\n" +
    "    CONSTRAINT parents_size_is_not_negative CHECK (size >= 0)\n) STRICT;\n";
export const copy =
    "INSERT INTO parents_new (id, code, size, boss) SELECT id, code, coalesce(size, 0), boss FROM parents;\n";
export const swap = "DROP TABLE parents;\nALTER TABLE parents_new RENAME TO parents;\n";
export const indexes =
    "CREATE INDEX idx_parents_size ON parents (size);\n" +
    "CREATE INDEX idx_parents_big ON parents (code) WHERE size > 10;\n" +
    "CREATE UNIQUE INDEX idx_parents_code ON parents (lower(code));\n";
export const recipe = newTable + copy + swap + indexes;

/** A deployed family with rows everywhere. Ids up to 6 were given; 6 and 5 are gone. */
export async function createFamily(target: Target): Promise<TestProject> {
    const project = await createDeployedProject(target, writeProject(family));
    await project.client.executeMultiple(
        [
            "INSERT INTO parents (code, size, boss) VALUES ('a', 1, NULL), ('b', 20, 1), ('c', NULL, 1), ('d', 3, 3);",
            "INSERT INTO parents (code) VALUES ('e'), ('f');",
            "DELETE FROM parents WHERE id > 4;",
            ...Object.keys(children).map((name) => `INSERT INTO ${name} (parent) VALUES (1), (2), (2), (4), (NULL);`),
            "INSERT INTO by_code (code) VALUES ('a'), ('d');",
        ].join("\n"),
    );
    return project;
}

/** The rows of the parents' children, which no rebuild may change. */
export async function readChildren(client: Client): Promise<Record<string, unknown>> {
    const rows: Record<string, unknown> = {};
    for (const table of [...Object.keys(children), "by_code", "log"]) {
        rows[table] = await readRows(client, `SELECT * FROM ${table}`);
    }
    return rows;
}
