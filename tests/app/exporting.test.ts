import { createHash } from "node:crypto";
import { chmodSync, existsSync, lstatSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import path from "node:path";
import { beforeAll, expect, test } from "vitest";
import { migrateJobTitles } from "../../app/migrate-job-titles.ts";
import { loaders } from "../../seeds/index.ts";
import { exportForms } from "../../site/exports.ts";
import { bundled } from "../../site/seeds.ts";
import { exportTables } from "../../src/cli/commands/export.ts";
import { holdsJson } from "../../src/loading/loader.ts";
import { toSnakeCase } from "../../src/sql/names.ts";
import { hashLoaded, readRows } from "../support/contents.ts";
import { createDeployedDatabase } from "../support/deployed.ts";
import { migrateHere, type Ran, runHere } from "../support/here.ts";
import { writeProject } from "../support/project.ts";
import { copyProject } from "../support/repository.ts";
import { describeTargets, type TestDatabase } from "../support/targets.ts";

const root = copyProject({ seeds: true });
const personal = ["users", "user-sessions"];

/**
 * A hash for each table, without numbers that the database gives out, whatever the order of its rows. JSON counts by its
 * value: applications write it with blanks.
 */
async function hashTables({ client }: TestDatabase): Promise<Record<string, string>> {
    const hashes: Record<string, string> = {};
    for (const { table, fields } of loaders) {
        const json = Object.keys(fields).filter((field) => holdsJson(fields[field]));
        const isNumbered = fields.id === undefined;
        const rows = (await readRows(client, `SELECT * FROM ${table}`)).map((row) => {
            const parsed = json.map(toSnakeCase).map((column) => [column, JSON.parse(String(row[column] ?? "null"))]);
            return JSON.stringify({ ...row, ...Object.fromEntries(parsed), ...(isNumbered ? { id: 0 } : {}) });
        });
        hashes[table] = `${rows.length} ${createHash("sha256").update(rows.sort().join("\n")).digest("hex")}`;
    }
    return hashes;
}

describeTargets("an export", (target) => {
    let database: TestDatabase;
    let older: string;
    let first: Ran;

    const run = (from: TestDatabase, folder: string, names: readonly string[] = []): Promise<Ran> =>
        runHere((context) => exportTables(context, {}, bundled, exportForms), {
            root,
            url: from.url,
            args: [folder, ...names],
        });
    const loadInto = (into: TestDatabase, from: string): Promise<Ran> =>
        migrateHere({ root, url: into.url, json: true }, { from, rejects: path.join(older, "..", "left.ndjson") });

    beforeAll(async () => {
        database = await target.createDatabase();
        expect((await migrateHere({ root, url: database.url }, { data: ["all"] })).code).toBe(0);
        // Each question changes once: two equal events of one millisecond would be one event.
        await database.client.executeMultiple(`
            INSERT INTO users (id, username, password) VALUES ('u-1', 'ada', 'scrypt$1'), ('u-2', 'bob', 'scrypt$2');
            INSERT INTO user_sessions (id, user_id, session_type, session_key, title, total_items, session_data)
            VALUES ('s-1', 'u-1', 'test', 'linux', 'Linux', 10, '{"at": [1, 2]}'), ('s-2', NULL, 'test', 'k', 'T', 1, NULL),
                ('s-3', NULL, 'training', 'k', 'T', 1, '[7]'), ('s-4', NULL, 'training', 'l', 'T', 1, '"x"'), ('s-5', NULL, 'test', 'm', 'T', 1, '7.0');
            UPDATE questions SET answer = answer || ' More.' WHERE id IN (SELECT id FROM questions ORDER BY id LIMIT 3);
            UPDATE questions SET status = 'deleted' WHERE id = (SELECT max(id) FROM questions);
            UPDATE questions SET tags = NULL, companies = '["Ümläut & Söhne \u{1F512}"]' WHERE id = (SELECT id FROM questions ORDER BY id LIMIT 1 OFFSET 5);
            INSERT INTO question_history (question_id, question_type, event_type, event_source, metadata)
            VALUES ('a/b', 'coding', 'verified', 'bot', '{"n": 1}'), ('a/b', 'test', 'flagged', 'user', NULL);`);
        expect((await runHere((context) => migrateJobTitles(context, {}), { root, url: database.url })).code).toBe(0);
        older = path.join(writeProject({}), "older");
        first = await run(database, older);
        expect([first.code, first.stderr]).toEqual([0, ""]);
    });

    test("keeps JSON and numbers as they are stored, and leaves out and names rows whose text is not UTF-8", async () => {
        const odd = await target.createDatabase();
        expect((await migrateHere({ root, url: odd.url }, { data: ["questions"] })).code).toBe(0);
        const json = '{"n":[9007199254740993,1e400,1.0],"s":"caf\\u00e9","a":1,"a":2}';
        await odd.client.executeMultiple(`
            INSERT INTO bot_runs (id, bot_name, started_at, items_processed, summary)
            VALUES (-5, 'b', '2026-01-01T00:00:00.000Z', 9007199254740993, '${json}'),
                   (9007199254740993, 'c', '2026-01-02T00:00:00.000Z', 1, '{}');
            UPDATE questions SET explanation = CAST(x'636166e9' AS TEXT)
            WHERE id = (SELECT min(id) FROM questions);
            INSERT INTO users (id, username, password) VALUES (CAST(x'75e9' AS TEXT), 'a', 'b'), ('u', 'c', 'd');`);
        const [{ id } = {}] = await readRows(odd.client, "SELECT min(id) AS id FROM questions");
        const folder = path.join(writeProject({}), "odd");
        const { code, stderr, stdout } = await run(odd, folder, ["questions", "bot-runs", "users"]);
        expect(code).toBe(5);
        expect(stderr).toContain(`left out questions, id '${id}': the text of 'explanation' is not UTF-8`);
        expect(stderr).toContain(`left out users, id 'u\\xE9': the text of 'id' is not UTF-8`);
        expect(stdout).toMatch(/Exported \d+ rows to .*, 2 left out\./);
        const runs = readFileSync(path.join(folder, "bots/runs.json"), "utf8");
        expect(runs).toContain(`"itemsProcessed": 9007199254740993,`);
        expect(runs).toContain(`"summary": ${json}`);
        expect((JSON.parse(runs) as { runs: unknown[] }).runs).toHaveLength(2);
        expect(JSON.parse(readFileSync(path.join(folder, "users.json"), "utf8"))).toMatchObject({
            users: [{ id: "u" }],
        });
    });

    test("holds every table but those of people, says so, and holds them when they are named or all is", async () => {
        expect(first.stdout).toContain(
            "Left out: users, user-sessions: they hold names and password hashes of people; name them, or `all`\n",
        );
        expect(readdirSync(older).sort()).toEqual([
            "bots",
            "certifications.json",
            "channel-mappings.json",
            "history",
            "learning-paths.json",
            "question-relationships.json",
            "questions",
            "voice-sessions.json",
        ]);
        const folder = path.join(writeProject({}), "people");
        const named = await run(database, folder, personal);
        expect([named.code, named.stdout.includes("Left out")]).toEqual([0, false]);
        expect(readdirSync(folder).sort()).toEqual(["user-sessions.json", "users.json"]);
        const refused = await run(database, folder);
        expect([refused.code, refused.error?.message]).toEqual([2, `'${folder}' is not empty`]);
        expect(existsSync(path.join(folder, "certifications.json"))).toBe(false);
        const unknown = await run(database, path.join(folder, "more"), ["secrets"]);
        expect([unknown.code, unknown.error?.message]).toEqual([2, "cannot export 'secrets': unknown name"]);
    });

    test("is read by nobody else, also where an earlier file could be, and follows no link of it", async () => {
        const folder = path.join(writeProject({ "precious.json": "mine" }), "mine");
        expect((await run(database, folder, ["users", "bot-runs"])).code).toBe(0);
        const users = path.join(folder, "users.json");
        chmodSync(users, 0o644);
        rmSync(path.join(folder, "bots", "runs.json"));
        symlinkSync("../../precious.json", path.join(folder, "bots", "runs.json"));
        const settings = { root, url: database.url, args: [folder, "users", "bot-runs"] };
        expect(
            (await runHere((context) => exportTables(context, { force: true }, bundled, exportForms), settings)).code,
        ).toBe(0);
        const modes = [folder, path.join(folder, "bots"), users, path.join(folder, "bots", "runs.json")].map(
            (file) => lstatSync(file).mode & 0o777,
        );
        expect(modes).toEqual([0o700, 0o700, 0o600, 0o600]);
        expect(readFileSync(path.join(folder, "..", "precious.json"), "utf8")).toBe("mine");
    });

    test("loaded into an empty database gives the same content, table by table", async () => {
        const copy = await createDeployedDatabase(target);
        const everything = path.join(writeProject({}), "everything");
        const exported = await run(database, everything, ["all"]);
        expect([exported.code, exported.stdout.includes("Left out")]).toEqual([0, false]);
        const loaded = await loadInto(copy, everything);
        expect(loaded.code, loaded.stdout).toBe(0);
        expect(await hashTables(copy)).toEqual(await hashTables(database));
        const before = await hashLoaded(copy.client);
        expect((await loadInto(copy, everything)).code).toBe(0);
        expect(await hashLoaded(copy.client)).toBe(before);
    });

    test("and a table dump keep each type of JSON where a column holds any, also null and a text that holds JSON", async () => {
        const from = await createDeployedDatabase(target);
        const texts = [
            '{"a":1}',
            "[1,2]",
            '"x"',
            '""',
            '"[1,2]"',
            '" {\\"a\\":1}"',
            '"5"',
            "5",
            "9007199254740993",
            "-1.0",
            "1e400",
            "true",
            "null",
            '"null"',
            null,
        ];
        for (const [at, text] of texts.entries()) {
            await from.client.execute({
                sql: `INSERT INTO user_sessions (id, session_type, session_key, title, total_items, session_data, last_accessed_at)
                    VALUES (?, 'test', 'k' || ?1, 'T', 1, ?, '2026-01-01T00:00:00.000Z')`,
                args: [`s-${at + 10}`, text],
            });
        }
        const read = async ({ client }: TestDatabase) =>
            (await readRows(client, "SELECT session_data FROM user_sessions ORDER BY id")).map(
                (row) => row.session_data,
            );
        const folder = path.join(writeProject({}), "sessions");
        expect((await run(from, folder, ["user-sessions"])).code).toBe(0);
        const dump = JSON.stringify(await readRows(from.client, "SELECT * FROM user_sessions"));
        for (const source of [folder, path.join(writeProject({ "dump.json": dump }), "dump.json")]) {
            const copy = await createDeployedDatabase(target);
            expect((await loadInto(copy, source)).code).toBe(0);
            expect(await read(copy)).toEqual(texts);
            const own = await loadInto(from, source);
            expect([own.code, JSON.parse(own.stdout).loaded]).toMatchObject([
                0,
                { "user-sessions": { unchanged: texts.length } },
            ]);
            await copy.client.execute(
                `UPDATE user_sessions SET session_data = '{"b":1}', last_accessed_at = '2025-01-01T00:00:00.000Z'`,
            );
            expect((await loadInto(copy, `${source}`)).code).toBe(0);
            // An export leaves out a field without a value, and the row keeps its own.
            expect(await read(copy)).toEqual(source === folder ? [...texts.slice(0, -1), '{"b":1}'] : texts);
        }
    });

    test("an export of tables without rows holds no records, names a table without a loader, and loads as such", async () => {
        const empty = await createDeployedDatabase(target);
        const folder = path.join(writeProject({}), "empty");
        await empty.client.execute("CREATE TABLE notes (id INTEGER PRIMARY KEY)");
        const exported = await run(empty, folder);
        expect([exported.code, exported.stdout]).toEqual([
            0,
            expect.stringContaining("\nLeft out: notes: no loader reads it; `pnpm db:backup` has it\n"),
        ]);
        const loaded = await loadInto(empty, folder);
        expect([loaded.code, loaded.stderr, JSON.parse(loaded.stdout).loaded]).toEqual([0, "", {}]);
    });

    test("an older export changes nothing; a newer one changes the rows that differ, and the history has the previous text", async () => {
        const newer = await target.createCopy(database);
        const changed = (
            await readRows(newer.client, "SELECT id, answer FROM questions ORDER BY id LIMIT 2 OFFSET 10")
        ).map(({ id, answer }) => ({ id: String(id), answer: String(answer) }));
        for (const { id } of changed) {
            await newer.client.execute({ sql: "UPDATE questions SET answer = 'Rewritten.' WHERE id = ?", args: [id] });
        }
        await newer.client.execute(`UPDATE certifications SET description = 'Rewritten.', last_updated = '2030-01-01T00:00:00.000Z'
            WHERE id = (SELECT min(id) FROM certifications)`);
        const before = await hashLoaded(newer.client);
        const back = await loadInto(newer, older);
        expect([back.code, JSON.parse(back.stdout).loaded]).toMatchObject([
            0,
            { questions: { updated: 0, older: 2 }, certifications: { updated: 0, older: 1 } },
        ]);
        expect(await hashLoaded(newer.client)).toBe(before);

        const folder = path.join(writeProject({}), "newer");
        expect((await run(newer, folder)).code).toBe(0);
        const copy = await target.createCopy(database);
        const { code, stdout } = await loadInto(copy, folder);
        const { loaded } = JSON.parse(stdout);
        expect(code).toBe(0);
        for (const [name, { created, updated, replaced }] of Object.entries<Record<string, number>>(loaded)) {
            const wanted: Record<string, number[]> = {
                questions: [0, 2, 0],
                certifications: [0, 1, 0],
                // The triggers have recorded the two changes.
                "question-history": [0, 0, 2],
            };
            expect([name, created, updated, replaced]).toEqual([name, ...(wanted[name] ?? [0, 0, 0])]);
        }
        for (const { id, answer } of changed) {
            const rows = await readRows(
                copy.client,
                `SELECT before_snapshot ->> '$.answer' AS earlier FROM question_history
                WHERE question_id = '${id}' AND event_type = 'updated'`,
            );
            expect(rows).toEqual([{ earlier: answer }]);
        }
        expect(await hashTables(copy)).toEqual(await hashTables(newer));
    });
});
