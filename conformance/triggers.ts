import { type Assumption, refuses, returns } from "./assumption.ts";

const log = "CREATE TABLE schema_probe_log (what TEXT)";
const items = "CREATE TABLE schema_probe_items (id TEXT PRIMARY KEY, text TEXT, changes INTEGER DEFAULT 0)";
const note = (what: string): string => `INSERT INTO schema_probe_log VALUES (${what});`;
const noteOld = note("'saw ' || (SELECT text FROM schema_probe_items WHERE id = NEW.id)");
const readLog = "SELECT group_concat(what) AS log FROM schema_probe_log";

/** Assumptions about triggers. */
export const triggerAssumptions: readonly Assumption[] = [
    {
        name: "a trigger runs all statements of its body",
        why: "most triggers have several, with ; and END in literals",
        attempt: returns(
            [
                log,
                items,
                `CREATE TRIGGER schema_probe_body AFTER INSERT ON schema_probe_items BEGIN ${note("'a;END;'")} ${note("NEW.id")} END`,
                "INSERT INTO schema_probe_items (id) VALUES ('b')",
            ],
            readLog,
            [{ log: "a;END;,b" }],
        ),
    },
    {
        name: "INSERT OR REPLACE fires no delete trigger, and a BEFORE INSERT trigger still sees the old row",
        why: "a row that is saved again keeps its referring rows, and the history gets the old values",
        attempt: returns(
            [
                log,
                items,
                "INSERT INTO schema_probe_items (id, text) VALUES ('a', 'old')",
                `CREATE TRIGGER schema_probe_gone BEFORE DELETE ON schema_probe_items BEGIN ${note("'deleted'")} END`,
                `CREATE TRIGGER schema_probe_new BEFORE INSERT ON schema_probe_items BEGIN ${noteOld} END`,
                "INSERT OR REPLACE INTO schema_probe_items (id, text) VALUES ('a', 'new')",
            ],
            readLog,
            [{ log: "saw old" }],
        ),
    },
    {
        name: "recursive_triggers is off: an update inside an update trigger does not fire it again",
        why: "otherwise a trigger that dates a change would never end",
        attempt: returns(
            [
                items,
                `CREATE TRIGGER schema_probe_again AFTER UPDATE ON schema_probe_items
                    BEGIN UPDATE schema_probe_items SET changes = changes + 1 WHERE id = NEW.id; END`,
                "INSERT INTO schema_probe_items (id) VALUES ('a')",
                "UPDATE schema_probe_items SET text = 'new'",
            ],
            "SELECT changes FROM schema_probe_items",
            [{ changes: 1 }],
        ),
    },
    {
        name: "a BEFORE DELETE trigger may delete referring rows before the foreign key is checked",
        why: "a foreign key without a delete action leaves that to a trigger",
        attempt: returns(
            [
                items,
                "CREATE TABLE schema_probe_parts (item TEXT REFERENCES schema_probe_items (id))",
                `CREATE TRIGGER schema_probe_along BEFORE DELETE ON schema_probe_items
                    BEGIN DELETE FROM schema_probe_parts WHERE item = OLD.id; END`,
                "INSERT INTO schema_probe_items (id) VALUES ('a')",
                "INSERT INTO schema_probe_parts VALUES ('a')",
                "DELETE FROM schema_probe_items",
            ],
            "SELECT count(*) AS n FROM schema_probe_parts",
            [{ n: 0 }],
        ),
    },
    {
        name: "AFTER UPDATE OF fires for its columns, and WHEN compares row values",
        why: "changes of bookkeeping columns must not be recorded in the history",
        attempt: returns(
            [
                log,
                items,
                `CREATE TRIGGER schema_probe_of AFTER UPDATE OF text ON schema_probe_items
                    WHEN (NEW.id, NEW.text) IS NOT (OLD.id, OLD.text)
                    BEGIN ${note("NEW.text")} END`,
                "INSERT INTO schema_probe_items (id) VALUES ('a')",
                "UPDATE schema_probe_items SET changes = 9",
                "UPDATE schema_probe_items SET text = NULL",
                "UPDATE schema_probe_items SET text = 'new'",
            ],
            readLog,
            [{ log: "new" }],
        ),
    },
    {
        name: "the message of RAISE(ABORT) reaches the client",
        why: "a trigger that refuses a write says why",
        attempt: refuses(
            [
                items,
                `CREATE TRIGGER schema_probe_no BEFORE INSERT ON schema_probe_items
                BEGIN SELECT raise(ABORT, 'this is refused by the probe'); END`,
                "INSERT INTO schema_probe_items (id) VALUES ('a')",
            ],
            "this is refused by the probe",
        ),
    },
];
