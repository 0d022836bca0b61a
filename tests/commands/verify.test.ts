import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, beforeEach, expect, test } from "vitest";
import { push } from "../../src/cli/commands/push.ts";
import { pushSchema } from "../../src/cli/commands/push-schema.ts";
import { rollback } from "../../src/cli/commands/rollback.ts";
import { showVerification } from "../../src/cli/commands/verify.ts";
import { createOutput } from "../../src/cli/output.ts";
import { compareSchemas } from "../../src/schema/compare.ts";
import { renderDiff } from "../../src/schema/diff.ts";
import type { SchemaRow } from "../../src/schema/row.ts";
import { hashContents, readRows } from "../support/contents.ts";
import { createDeployedDatabase } from "../support/deployed.ts";
import { type Ran, runHere } from "../support/here.ts";
import { writeProject } from "../support/project.ts";
import { copyProject } from "../support/repository.ts";
import { describeTargets, type TestDatabase } from "../support/targets.ts";

const repository = copyProject();

describeTargets("db:verify", (target) => {
    let deployed: TestDatabase;
    let database: TestDatabase;

    beforeAll(async () => {
        deployed = await createDeployedDatabase(target);
    });

    beforeEach(async () => {
        database = await target.createCopy(deployed);
        return () => database.close();
    });

    async function verify(settings: { root?: string; json?: boolean } = {}): Promise<Ran> {
        const before = await hashContents(database.client);
        const ran = await runHere(showVerification, { root: repository, url: database.url, ...settings });
        expect(await hashContents(database.client)).toBe(before);
        return ran;
    }

    interface Difference {
        readonly type: string;
        readonly name: string;
        readonly state: string;
        readonly live?: string;
        readonly expected?: string;
        readonly diff?: readonly string[];
    }

    async function readDifferences(): Promise<{ drift: boolean; differences: string[]; objects: Difference[] }> {
        const { drift, objects } = JSON.parse((await verify({ json: true })).stdout) as {
            drift: boolean;
            objects: Difference[];
        };
        const differences = objects.filter(({ state }) => state !== "same");
        return { drift, objects, differences: differences.map(({ type, name, state }) => `${type} ${name}: ${state}`) };
    }

    test("finds every object the same after a deploy, also where views and triggers wait", async () => {
        const { code, stdout } = await verify();
        const [{ count } = { count: 0 }] = await readRows(
            database.client,
            "SELECT count(*) AS count FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite!_%' ESCAPE '!'",
        );
        expect([code, stdout]).toEqual([
            0,
            expect.stringContaining(`\nThe database at version 12 matches the files: ${count} objects compared.\n`),
        ]);
        expect(await readDifferences()).toMatchObject({ drift: false, differences: [] });

        const settings = { root: repository, url: database.url };
        expect((await runHere((context) => rollback(context, { to: 7 }), settings)).code).toBe(0);
        const older = await verify();
        expect([older.code, older.stdout]).toEqual([
            0,
            expect.stringContaining("\nThe database at version 7 matches the "),
        ]);
    });

    test("takes a comment that differs for a note, and no drift", async () => {
        const trigger = readFileSync(path.join(repository, "triggers/trg_questions_delete.sql"), "utf8");
        await database.client.executeMultiple(`
            DROP INDEX idx_questions_channel_sub_channel_id;
            CREATE INDEX idx_questions_channel_sub_channel_id ON questions (channel, sub_channel, id);
            DROP TRIGGER trg_questions_delete;
            ${trigger.replace(/\/\*[\s\S]*?\*\//, "/* Another comment. */")}`);
        expect(await readDifferences()).toMatchObject({
            drift: false,
            differences: [
                "index idx_questions_channel_sub_channel_id: comment",
                "trigger trg_questions_delete: comment",
            ],
        });
        const { code, stdout } = await verify();
        expect(code).toBe(0);
        expect(stdout).toMatch(/\ntrigger +trg_questions_delete +same except for comments\n/);
    });

    test("tells changed objects with the lines that differ, and missing and unexpected ones", async () => {
        await database.client.executeMultiple(`
            DROP INDEX idx_bot_runs_bot_name_started_at;
            CREATE INDEX idx_bot_runs_bot_name_started_at ON bot_runs (bot_name);
            DROP VIEW v_queue_health;
            DROP TRIGGER trg_questions_update;
            CREATE TRIGGER trg_questions_update AFTER UPDATE ON questions BEGIN
                SELECT 1;
            END;
            ALTER TABLE users ADD COLUMN email TEXT;
            CREATE UNIQUE INDEX idx_by_hand ON questions (id, tldr);
            CREATE TRIGGER trg_by_hand AFTER INSERT ON users BEGIN SELECT 1; END;
            CREATE TRIGGER trg_on_view INSTEAD OF DELETE ON v_active_sessions BEGIN SELECT 1; END;`);
        const { drift, differences, objects } = await readDifferences();
        expect(drift).toBe(true);
        expect(differences.sort()).toEqual([
            "index idx_bot_runs_bot_name_started_at: changed",
            "index idx_by_hand: unexpected",
            "table users: changed",
            "trigger trg_by_hand: unexpected",
            "trigger trg_on_view: unexpected",
            "trigger trg_questions_update: changed",
            "view v_queue_health: missing",
        ]);
        expect(objects.find(({ name }) => name === "v_queue_health")).toMatchObject({ expected: expect.any(String) });
        expect(objects.find(({ name }) => name === "idx_by_hand")).toMatchObject({ live: expect.any(String) });
        const { code, stdout } = await verify();
        expect(code).toBe(4);
        expect(stdout).toMatch(/\nindex +idx_by_hand +UNEXPECTED\n/);
        expect(stdout).toMatch(/\nview +v_queue_health +MISSING\n/);
        expect(stdout).toContain("\n- as in the files, + as in the database:\n\n");
        expect(stdout).toContain("\ntable users\n  + email TEXT\n\n");
        expect(stdout).toContain(
            "\nindex idx_bot_runs_bot_name_started_at\n" +
                "  - CREATE INDEX idx_bot_runs_bot_name_started_at ON bot_runs (bot_name, started_at)\n" +
                "  + CREATE INDEX idx_bot_runs_bot_name_started_at ON bot_runs (bot_name)\n\n",
        );
        expect(stdout).toContain("\nview v_queue_health\n  - CREATE VIEW v_queue_health AS …\n\n");
        expect(stdout).toContain(
            "\nindex idx_by_hand\n  + CREATE UNIQUE INDEX idx_by_hand ON questions (id, tldr)\n\n",
        );
        expect(stdout).toContain("\n  - AFTER UPDATE OF\n");
        expect(stdout).toMatch(/\n {2}\+ +SELECT 1;\n/);
        expect(objects.find(({ name }) => name === "users")).toMatchObject({ table: "users", diff: ["+ email TEXT"] });
        expect(stdout).toContain("\nThe database at version 12 differs from the files in 7 objects.\n");
    });

    test("lists an extra index that refuses no row, and takes it for drift only with --strict", async () => {
        await database.client.executeMultiple(`
            CREATE INDEX IF NOT EXISTS idx_relationships_source ON question_relationships (source_question_id);
            create /* by an application */ index by_day ON bot_runs (date(started_at) DESC);
            CREATE INDEX lower_names ON users (username COLLATE NOCASE) WHERE password <> '';
            CREATE INDEX of_the_deployer ON schema_objects (type);`);
        const extra = ["idx_relationships_source", "by_day", "lower_names", "of_the_deployer"];
        expect(await readDifferences()).toMatchObject({
            drift: false,
            differences: extra.map((name) => `index ${name}: extra`),
        });
        const { code, stdout } = await verify();
        expect([code, stdout]).toEqual([0, expect.stringMatching(/\nindex +by_day +extra, not in the files\n/)]);
        const strict = await runHere((context) => showVerification(context, { strict: true }), {
            root: repository,
            url: database.url,
        });
        expect([strict.code, strict.stdout]).toEqual([
            4,
            expect.stringContaining("\nThe database at version 12 differs from the files in 4 objects.\n"),
        ]);
        const pushed = await runHere((context) => pushSchema(context, {}), { root: repository, url: database.url });
        const count = /: (\d+) objects compared/.exec(stdout)?.[1];
        expect([pushed.code, pushed.stdout]).toEqual([
            0,
            expect.stringContaining(`Verified: ${count} objects match the files\n`),
        ]);
    });

    test("passes over what others keep in the same database", async () => {
        await database.client.executeMultiple(`
            CREATE TABLE notes (id INTEGER PRIMARY KEY AUTOINCREMENT, body TEXT);
            CREATE INDEX notes_body ON notes (body);
            CREATE TRIGGER notes_new AFTER INSERT ON notes BEGIN SELECT 1; END;
            CREATE VIEW question_notes AS SELECT q.id, n.body FROM questions AS q JOIN notes AS n ON n.id = q.id;`);
        expect(await readDifferences()).toMatchObject({
            drift: false,
            differences: [
                "table notes: extra",
                "index notes_body: extra",
                "trigger notes_new: extra",
                "view question_notes: extra",
            ],
        });
        const { code, stdout } = await verify();
        expect(code).toBe(0);
        expect(stdout).toMatch(/\ntable +notes +extra, not in the files\n/);
    });

    test("finds a table the same after the rebuild that migrations/README.md shows, and after its undo", async () => {
        const readme = readFileSync(
            path.join(fileURLToPath(new URL("../../", import.meta.url)), "migrations/README.md"),
            "utf8",
        );
        const rebuild = /```sql file\n-- NNN\.do\.limit-sub-channels\.sql\n([\s\S]*?)```/.exec(readme)?.[1] ?? "";
        const rule = /\n {4}CONSTRAINT channel_mappings_sub_channel_has.*/;
        expect(rebuild).toMatch(rule);
        const root = copyProject(
            {},
            {
                "migrations/013.do.limit-sub-channels.sql": rebuild,
                "migrations/013.undo.limit-sub-channels.sql": rebuild.replace(rule, ""),
            },
        );
        const settings = { root, url: database.url };
        const verifyAt = async (version: number): Promise<void> => {
            const { code, stdout } = await verify({ root });
            const verdict = `\nThe database at version ${version} matches the files: `;
            expect([code, stdout]).toEqual([0, expect.stringContaining(verdict)]);
            expect(stdout).toMatch(/\ntable +channel_mappings +same\n/);
        };
        expect((await runHere((context) => push(context, {}), settings)).code).toBe(0);
        await verifyAt(13);
        expect((await runHere((context) => rollback(context, { to: 12 }), settings)).code).toBe(0);
        const name =
            "SELECT sql LIKE 'CREATE TABLE \"channel_mappings\"%' AS quoted FROM sqlite_schema WHERE name = 'channel_mappings'";
        expect(await readRows(database.client, name)).toEqual([{ quoted: 1 }]);
        await verifyAt(12);
    });

    test("shows where a line has only moved", async () => {
        const root = writeProject({
            "migrations/001.do.notes.sql": "CREATE TABLE notes (\n    a TEXT,\n    b TEXT,\n    c TEXT\n) STRICT;\n",
        });
        const own = await target.createDatabase();
        await runHere((context) => push(context, {}), { root, url: own.url });
        await own.client.executeMultiple(
            "DROP TABLE notes; CREATE TABLE notes (\n    b TEXT,\n    a TEXT,\n    c TEXT\n) STRICT;",
        );
        const { code, stdout } = await runHere(showVerification, { root, url: own.url });
        expect([code, stdout]).toEqual([4, expect.stringMatching(/\ntable notes\n {2}- a TEXT\n {2}\+ a TEXT\n\n/)]);
    });

    test("compares nothing where nothing was deployed", async () => {
        const empty = await target.createDatabase();
        const ran = await runHere(showVerification, { root: repository, url: empty.url });
        expect([ran.code, ran.error?.code, ran.error?.message]).toEqual([
            4,
            "drift",
            "this database has no migrations, so there is nothing to compare",
        ]);
    });
});

test("a difference has colours only where they are wanted, and is not printed under --json", () => {
    const print = (options: { color: boolean; json: boolean }): string => {
        let printed = "";
        const output = createOutput({ ...options, write: (_, text) => (printed += text) });
        output.diff([
            { sign: "-", text: "old" },
            { sign: "+", text: "new" },
        ]);
        return printed;
    };
    expect(print({ color: false, json: false })).toBe("  - old\n  + new\n");
    expect(print({ color: true, json: false })).toBe("\u001b[31m  - old\u001b[39m\n\u001b[32m  + new\u001b[39m\n");
    expect(print({ color: true, json: true })).toBe("");
});

test("the case of a word is no difference, unless a result or a message shows it", () => {
    const row = (sql: string): SchemaRow[] => {
        const type = / index /i.test(sql) ? "index" : / view /i.test(sql) ? "view" : "table";
        return [{ type, name: "notes", table: "notes", sql }];
    };
    for (const [files, database, state] of [
        ["CREATE TABLE notes (id INTEGER PRIMARY KEY)", "create table notes (id integer primary key)", "same"],
        ["CREATE TABLE notes (a INT) STRICT", "CREATE TABLE notes (a int) strict", "same"],
        ["CREATE TABLE notes (a TEXT CHECK (a <> b), b)", "CREATE TABLE notes (a TEXT check (A <> B), b)", "same"],
        ["CREATE TABLE notes (a TEXT, UNIQUE (a))", 'CREATE TABLE notes (a Text, unique ("A"))', "same"],
        ["CREATE TABLE notes (a -- x\n TEXT)", "CREATE TABLE notes (a text)", "comment"],
        ["CREATE INDEX notes ON t (a DESC) WHERE b > 1", "CREATE INDEX notes on T (A desc) where B > 1", "same"],
        ["CREATE TABLE notes (id INTEGER)", "CREATE TABLE notes (ID INTEGER)", "changed"],
        ["CREATE TABLE notes (id INTEGER, key TEXT)", "CREATE TABLE notes (id INTEGER, KEY TEXT)", "changed"],
        ["CREATE TABLE notes (a CONSTRAINT x CHECK (a))", "CREATE TABLE notes (a CONSTRAINT X CHECK (a))", "changed"],
        ["CREATE TABLE notes (a DEFAULT draft)", "CREATE TABLE notes (a DEFAULT Draft)", "changed"],
        ["CREATE TABLE notes (a DEFAULT TRUE)", "CREATE TABLE notes (a default true)", "same"],
        ["CREATE TABLE notes (a DEFAULT 'x')", "CREATE TABLE notes (a DEFAULT 'X')", "changed"],
        ["CREATE VIEW notes AS SELECT a AS b FROM t", "CREATE VIEW notes AS SELECT a AS B FROM t", "changed"],
    ] as const) {
        const [difference] = compareSchemas(row(database), row(files));
        expect([database, difference?.state]).toEqual([database, state]);
        if (difference && state === "changed") expect(renderDiff(difference)).not.toEqual([]);
    }
});

test("quotes around a name are no difference, unless it means another thing without them", () => {
    const table = (column: string): SchemaRow[] => [
        { type: "table", name: "notes", table: "notes", sql: `CREATE TABLE notes (${column})` },
    ];
    for (const [files, database, state] of [
        ["body TEXT", '"body" TEXT', "same"],
        ['"order" TEXT', "[order] TEXT", "same"],
        ["at TEXT DEFAULT CURRENT_TIMESTAMP", 'at TEXT DEFAULT "CURRENT_TIMESTAMP"', "changed"],
        ["n INTEGER CHECK (n > 1)", 'n INTEGER CHECK (n > "1")', "changed"],
        ["body TEXT DEFAULT 'x'", `body TEXT DEFAULT "'x'"`, "changed"],
    ] as const) {
        const [difference] = compareSchemas(table(database), table(files));
        expect([database, difference?.state]).toEqual([database, state]);
        if (difference && state === "changed") {
            const signs = renderDiff(difference).map(({ sign, text }) => `${sign} ${text}`);
            expect(signs).toEqual([`- ${files}`, `+ ${database}`]);
        }
    }
});
