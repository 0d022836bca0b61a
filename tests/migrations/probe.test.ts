import { test } from "vitest";
import { describeTargets } from "../support/targets.ts";
import { writeProject, changeProject } from "../support/project.ts";
import { deploy, refusal, readRows, repository, plan } from "./deploy.ts";
import { renderPlan } from "../../src/migrations/deploy.ts";

const t = "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a TEXT) STRICT;\n";
describeTargets("probe", (target) => {
    const show = async (label: string, p: Promise<unknown>) => {
        try { const v = await p; console.log(target.name, label, "OK", v === undefined ? "" : JSON.stringify(v, (k, x) => k === "prepared" ? undefined : x instanceof Map ? [...x] : x).slice(0, 600)); }
        catch (e) { const x = e as any; console.log(target.name, label, "ERR", x.name, x.code ?? x.kind, "\n", [x.message, ...(x.details ?? []), x.hint, x.outcome].join("\n")); if (x.name !== "AppError") console.log(x.stack?.slice(0,600)); }
    };
    test("repo", async () => {
        const db = await target.createDatabase();
        await show("repo", deploy(repository, db).then((d) => [d.version, d.requests]));
        await show("repo again", deploy(repository, db).then((d) => [d.version, d.requests, d.steps.length]));
    });
    test("syntax", async () => {
        const db = await target.createDatabase();
        const root = writeProject({ "migrations/001.do.a.sql": t, "migrations/002.do.b.sql": "-- c\n\nCREATE TABLE b (x);\n\n  CREATE TABEL c (\n  y\n);\n" });
        await show("syntax", deploy(root, db));
        changeProject(root, { "migrations/002.do.b.sql": "CREATE TABLE b (x);\nINSERT INTO nope VALUES (1);\n" });
        await show("missing table", deploy(root, db));
    });
    test("main prefix", async () => {
        const db = await target.createDatabase();
        const root = writeProject({ "migrations/001.do.a.sql": t, "views/v.sql": "CREATE VIEW main.v AS SELECT a AS a FROM t;" , "triggers/g.sql": "CREATE TRIGGER IF NOT EXISTS main.g AFTER INSERT ON t BEGIN SELECT 1; END;"});
        await show("main", deploy(root, db).then((d) => d.steps.length));
        await show("main", deploy(root, db).then((d) => d.steps.length));
    });
    test("to", async () => {
        const db = await target.createDatabase();
        const root = writeProject({ "migrations/001.do.a.sql": t, "migrations/002.do.b.sql": "ALTER TABLE t ADD COLUMN b TEXT;", "views/v.sql": "CREATE VIEW v AS SELECT b AS b FROM t;" , "triggers/g.sql": "CREATE TRIGGER g AFTER INSERT ON t BEGIN UPDATE t SET b = 1; END;", "triggers/h.sql": "CREATE TRIGGER h AFTER INSERT ON t BEGIN UPDATE t SET a = 1; END;"});
        await show("to 1", deploy(root, db, { to: 1 }).then((d) => d.steps.length));
        console.log(await readRows(db.client, "SELECT * FROM schema_objects"), await readRows(db.client, "SELECT name FROM sqlite_schema"));
        await show("to 2", deploy(root, db).then((d) => d.steps.length));
        console.log(await readRows(db.client, "SELECT name, status FROM schema_objects"));
    });
    test("broken trigger next to good", async () => {
        const db = await target.createDatabase();
        const root = writeProject({ "migrations/001.do.a.sql": t, "triggers/a.sql": "CREATE TRIGGER a AFTER INSERT ON t BEGIN UPDATE t SET a = 1; END;", "triggers/b.sql": "CREATE TRIGGER b AFTER INSERT ON t BEGIN UPDATE nope SET a = 1; END;"});
        await show("broken trigger", deploy(root, db));
        const r2 = writeProject({ "migrations/001.do.a.sql": t, "views/a.sql": "CREATE VIEW a AS SELECT b FROM b;", "views/b.sql": "CREATE VIEW b AS SELECT nope AS b FROM t;"});
        await show("broken view", deploy(r2, db));
    });
    test("update trigger proofs", async () => {
        const db = await target.createDatabase();
        const root = writeProject({ "migrations/001.do.a.sql": t + "CREATE TABLE w (k TEXT PRIMARY KEY, v) WITHOUT ROWID;", "views/v.sql": "CREATE VIEW v AS SELECT a FROM t;",
          "triggers/a.sql": "CREATE TRIGGER a INSTEAD OF UPDATE ON v BEGIN UPDATE t SET a = NEW.a; END;" });
        await show("instead of update", deploy(root, db));
        changeProject(root, { "triggers/a.sql": "CREATE TRIGGER a AFTER UPDATE ON w BEGIN UPDATE t SET a = NEW.v; END;" });
        await show("without rowid update", deploy(root, db));
        changeProject(root, { "triggers/a.sql": "CREATE TRIGGER a INSTEAD OF INSERT ON v BEGIN UPDATE t SET a = NEW.a; END;" });
        await show("instead of insert", deploy(root, db));
        changeProject(root, { "views/v.sql": "CREATE VIEW v AS SELECT a, id FROM t;" });
        await show("view replaced under instead of", deploy(root, db));
        console.log(await readRows(db.client, "SELECT name FROM sqlite_schema"));
    });
    test("fk mismatch in foreign table", async () => {
        const db = await target.createDatabase();
        await db.client.executeMultiple("CREATE TABLE fp (a); CREATE TABLE fc (x REFERENCES fp(a)); CREATE TABLE fd (x REFERENCES gone(a)); INSERT INTO fp VALUES (1);PRAGMA foreign_keys=off; INSERT INTO fd VALUES (1); ");
        const root = writeProject({ "migrations/001.do.a.sql": t });
        await show("fk mismatch", deploy(root, db));
    });
    test("rebuild of a missing", async () => {
        const db = await target.createDatabase();
        const root = writeProject({ "migrations/001.do.a.sql": "DROP TABLE IF EXISTS x; CREATE TABLE x (a);" });
        await show("drop if exists", deploy(root, db));
        const root2 = writeProject({ "migrations/001.do.a.sql": t + "ALTER TABLE t RENAME TO u;", "migrations/002.do.b.sql": "CREATE TABLE t (x);" });
        const db2 = await target.createDatabase();
        await show("rename then same", deploy(root2, db2, { to: 1 }));
        await show("rename then same", deploy(root2, db2));
        const root3 = writeProject({ "migrations/001.do.a.sql": t, "migrations/002.do.b.sql": "ALTER TABLE t RENAME TO u;", "migrations/003.do.c.sql": "CREATE TABLE t (x);" });
        const db3 = await target.createDatabase();
        await show("rename then same", deploy(root3, db3, { to: 1 }));
        await show("rename then same pending both", deploy(root3, db3));
    });
});
