import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { beforeAll, beforeEach, expect, test } from "vitest";
import { type BaselineOptions, baseline } from "../../src/cli/commands/baseline.ts";
import { push } from "../../src/cli/commands/push.ts";
import { showStatus } from "../../src/cli/commands/status.ts";
import { showVerification } from "../../src/cli/commands/verify.ts";
import { tokenize } from "../../src/sql/lexer.ts";
import { insertRow } from "../product/rows.ts";
import { hashContents, readContents, readRows, withoutColumns, withoutOrder } from "../support/contents.ts";
import { createDeployedDatabase } from "../support/deployed.ts";
import { type Ran, runHere } from "../support/here.ts";
import { changeProject, writeProject } from "../support/project.ts";
import { copyProject } from "../support/repository.ts";
import { describeTargets, type TestDatabase } from "../support/targets.ts";
import { library } from "./library.ts";

const root = copyProject();

/** The migrations' own text up to a version, as somebody would run it by hand. */
function readScript(version: number): string {
    const folder = path.join(root, "migrations");
    const names = readdirSync(folder).filter((name) => name.includes(".do.") && Number(name.slice(0, 3)) <= version);
    return names
        .sort()
        .map((name) => readFileSync(path.join(folder, name), "utf8"))
        .join("\n");
}

const withoutComments = (sql: string): string =>
    tokenize(sql)
        .map(({ kind, text }) => (kind === "comment" ? "" : text))
        .join("");

describeTargets("db:baseline", (target) => {
    let made: TestDatabase;
    let database: TestDatabase;

    beforeAll(async () => {
        made = await target.createDatabase();
        await made.client.executeMultiple(readScript(12));
        await insertRow(made.client, "questions", { id: "q-1" });
    });

    beforeEach(async () => {
        database = await target.createCopy(made);
        return () => database.close();
    });

    const run = (options: BaselineOptions = {}, json = false): Promise<Ran> =>
        runHere((context) => baseline(context, options), { root, url: database.url, json });
    const settings = (): { root: string; url: string } => ({ root, url: database.url });

    async function expectRefused(code: number, message: RegExp, options: BaselineOptions = {}): Promise<Ran> {
        const before = await hashContents(database.client);
        const ran = await run(options);
        expect([ran.code, ran.error?.message]).toEqual([code, expect.stringMatching(message)]);
        expect(await hashContents(database.client)).toBe(before);
        return ran;
    }

    test("records an equal schema: the database is then as if it had been deployed to, and no row was touched", async () => {
        const before = await readRows(database.client, "SELECT * FROM questions");
        const { code, stdout } = await run();
        expect(code).toBe(0);
        expect(stdout).toContain("\nRecording: 012.do.create-user-sessions.sql\n");
        expect(stdout).not.toContain("Applying");
        expect(stdout).toMatch(
            /\nRecorded 12 migrations\. The database is at version 12: 12 tables, \d+ indexes, \d+ views, /,
        );
        expect(await readRows(database.client, "SELECT * FROM questions")).toEqual(before);
        expect(await readRows(database.client, "SELECT * FROM question_history")).toEqual([]);
        expect((await runHere(showStatus, settings())).code).toBe(0);
        expect((await runHere(showVerification, settings())).code).toBe(0);
        const pushed = await runHere((context) => push(context, {}), settings());
        expect(pushed.stdout).toContain("\nNothing to do. ");

        await database.client.execute("DELETE FROM questions");
        await database.client.execute("DELETE FROM question_history");
        const read = async ({ client }: TestDatabase) => {
            const { sqlite_sequence, ...contents } = await readContents(client);
            return withoutOrder(withoutColumns(contents, "run_at"));
        };
        expect(await read(database)).toEqual(await read(await createDeployedDatabase(target)));
    });

    test("does not mind comments that differ, and tells of them afterwards", async () => {
        const bare = await target.createDatabase();
        await bare.client.executeMultiple(withoutComments(readScript(12)));
        const ran = await runHere((context) => baseline(context, {}), { root, url: bare.url });
        expect([ran.code, ran.stdout]).toEqual([0, expect.stringContaining("\nRecorded 12 migrations. ")]);
        const verified = await runHere(showVerification, { root, url: bare.url });
        expect([verified.code, verified.stdout]).toEqual([
            0,
            expect.stringMatching(/\ntable +users +same except for comments\n/),
        ]);
    });

    test("does not mind keywords and types in lower case", async () => {
        const lower = await target.createDatabase();
        await lower.client.executeMultiple(
            tokenize(readScript(12))
                .map(({ kind, text }) => (kind === "word" ? text.toLowerCase() : text))
                .join(""),
        );
        const ran = await runHere((context) => baseline(context, {}), { root, url: lower.url });
        expect([ran.code, ran.stdout]).toEqual([0, expect.stringContaining("\nRecorded 12 migrations. ")]);
        expect((await runHere(showVerification, { root, url: lower.url })).code).toBe(0);
    });

    test("prints the difference and records nothing where tables or indexes differ", async () => {
        await database.client.executeMultiple(`
            ALTER TABLE users ADD COLUMN email TEXT;
            DROP INDEX idx_questions_created_at;
            CREATE UNIQUE INDEX idx_by_hand ON questions (id, tldr);
            CREATE INDEX idx_of_an_application ON questions (tldr);
            CREATE TABLE notes (body TEXT);`);
        const { error, stdout } = await expectRefused(
            4,
            /^the database differs from the files in 3 tables or indexes$/,
        );
        expect(error?.outcome).toBe("Nothing was recorded.");
        expect(stdout).toMatch(
            /\ntable +users +CHANGED\nindex +idx_questions_created_at +MISSING\nindex +idx_by_hand +UNEXPECTED\n/,
        );
        expect(stdout).toContain("\ntable users\n  + email TEXT\n");
        expect(stdout).not.toContain("notes");
        await expectRefused(4, /^the database differs/, { dryRun: true });
    });

    test("records up to a version where the database is at that one, and the rest is pending", async () => {
        const older = await target.createDatabase();
        await older.client.executeMultiple(readScript(5));
        const own = { root, url: older.url };
        const all = await runHere((context) => baseline(context, {}), own);
        expect([all.code, all.error?.code]).toEqual([4, "drift"]);
        const ran = await runHere((context) => baseline(context, { to: 5 }), own);
        expect([ran.code, ran.stdout]).toEqual([
            0,
            expect.stringContaining("\nRecorded 5 migrations. The database is at version 5: "),
        ]);
        expect((await runHere(showStatus, own)).stdout).toMatch(/\nPending: 7 migrations, \d+ views and triggers\. /);
        expect((await runHere((context) => push(context, {}), own)).code).toBe(0);
        expect((await runHere(showVerification, own)).code).toBe(0);
    });

    test("refuses a database that has version rows, and a version that is not there", async () => {
        await expectRefused(2, /^there is no migration 99$/, { to: 99 });
        expect((await run()).code).toBe(0);
        await expectRefused(2, /^the database already has version rows, and no migration is pending$/);
    });

    test("changes nothing with --dry-run and --show-sql, and prints one document with --json", async () => {
        const before = await hashContents(database.client);
        const dry = await run({ dryRun: true });
        expect([dry.code, dry.stdout]).toEqual([0, expect.stringContaining("\nDry run: nothing was applied. ")]);
        const shown = await run({ showSql: true });
        expect(shown.stdout).toContain(
            "\nINSERT INTO schemaversion (version, name, md5, run_at, checksum) VALUES (12, ",
        );
        expect(shown.stdout).not.toContain("CREATE TABLE users");
        expect(await hashContents(database.client)).toBe(before);
        const recorded = JSON.parse((await run({}, true)).stdout);
        expect(recorded).toMatchObject({ version: 12 });
        expect(recorded.migrations).toHaveLength(12);
    });

    test("records what is pending in a database with version rows only where the schema tells that it is there", async () => {
        const root = writeProject(library);
        const database = await target.createDatabase();
        const settings = { root, url: database.url };
        await runHere((context) => push(context, {}), settings);
        const expectRefused = async (text: string, code: number, message: RegExp): Promise<void> => {
            changeProject(root, { "migrations/004.do.change-it.sql": text });
            const before = await hashContents(database.client);
            const { error, stderr } = await runHere((context) => baseline(context, {}), settings);
            expect([error?.exitCode, error?.outcome, stderr]).toEqual([
                code,
                "Nothing was recorded.",
                expect.stringMatching(message),
            ]);
            expect(await hashContents(database.client)).toBe(before);
        };
        const update = "CREATE INDEX i ON books (title);\nUPDATE books SET title = upper(title);\n";
        await expectRefused(
            update,
            1,
            /migrations\/004\.do\.change-it\.sql:2: writes rows of 'books', and nothing shows whether that has happened in this database/,
        );
        await expectRefused("CREATE INDEX i ON books (title);\n", 4, /the database differs from the files in 1 table/);
        await database.client.execute("CREATE INDEX i ON books (title)");
        const recorded = await runHere((context) => baseline(context, {}), settings);
        expect([recorded.code, recorded.stdout]).toEqual([0, expect.stringContaining("\nRecorded 1 migration. ")]);
        const versions = "SELECT version FROM schemaversion WHERE version > 0 ORDER BY version";
        expect(await readRows(database.client, versions)).toEqual([1, 2, 3, 4].map((version) => ({ version })));
    });
});
