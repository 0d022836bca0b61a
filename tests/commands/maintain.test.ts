import { existsSync } from "node:fs";
import path from "node:path";
import { beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { chooseSize } from "../../src/maintenance/run.ts";
import { copyRules, maintainHere, readDocument } from "../maintenance/maintaining.ts";
import { startCommand } from "../support/command.ts";
import { hashContents, readRows, readValue } from "../support/contents.ts";
import { createDeployedDatabase } from "../support/deployed.ts";
import { changeProject } from "../support/project.ts";
import { startProxy } from "../support/proxy.ts";
import { describeTargets, type TestDatabase } from "../support/targets.ts";

const root = copyRules();

/** 1,500 items that are due, 40 sessions, 3 questions; and of each, some that are not. */
const filling = `
    INSERT INTO work_queue (item_type, item_id, action, status, processed_at)
    SELECT 'question', 'q-1', 'improve', iif(value % 3 = 0, 'failed', 'completed'), '2025-01-01T00:00:00.000Z'
    FROM generate_series(1, 2250);
    INSERT INTO work_queue (item_type, item_id, action, status) VALUES ('question', 'q-1', 'verify', 'completed');
    INSERT INTO user_sessions (session_type, session_key, title, total_items, status, last_accessed_at)
    SELECT 'test', 'key-' || value, 'Title', 10, iif(value % 2, 'active', 'completed'), '2025-01-01 00:00:00'
    FROM generate_series(1, 80);
    INSERT INTO questions (id, question, answer, explanation, difficulty, channel, sub_channel, created_at)
    SELECT 'q-' || value, 'Why?', 'So.', '', 'beginner', 'sre', '', '2025-01-01T00:00:00.000Z'
    FROM generate_series(1, 3);`;

const realFetch = globalThis.fetch;

describeTargets("db:maintain", (target) => {
    let filled: TestDatabase;
    let database: TestDatabase;

    beforeAll(async () => {
        filled = await createDeployedDatabase(target);
        await filled.client.executeMultiple(`BEGIN;${filling}COMMIT;`);
    });

    beforeEach(async () => {
        database = await target.createCopy(filled);
        return () => database.close();
    });

    const settings = (...args: string[]) => ({ root, url: database.url, args });

    test("counts what each rule takes and leaves alone, carries them out, and has nothing to do afterwards", async () => {
        const { code, stdout } = await maintainHere(settings());
        expect(code).toBe(0);
        expect(stdout).toMatch(
            /^Database: .*\ncompleted-queue-items {2}1,500 rows {2}Completed items of the work queue are deleted\n +after 30 days\.\nold-bot-runs +0 rows +/,
        );
        expect(stdout).toContain(
            "\nLeft:     1 row by completed-queue-items: completed, but processed_at is missing or not a time\n" +
                "Deleted:  1,500 rows by completed-queue-items\n" +
                "Updated:  40 rows by untouched-sessions\n" +
                "Updated:  3 rows by new-questions\n" +
                "Maintained 1,543 rows. ",
        );
        expect(await readValue(database.client, "SELECT count(*) FROM work_queue")).toBe(751);
        const again = await maintainHere(settings());
        expect(again.stdout).toContain("\nNothing to do: no row is due. ");
        if (target.name === "sqld") expect(again.stdout).toMatch(/ ms, 1 request, [\d,]+ rows? read, 0 written\.\n$/);
    });

    test("carries out only the rules that are named, and refuses a name that no rule has", async () => {
        const document = await readDocument(settings("operations/maintenance/040-new-questions.sql"));
        expect(document.rules).toMatchObject([{ name: "new-questions", due: 3, leftAlone: 0, changed: 3 }]);
        expect(await readValue(database.client, "SELECT count(*) FROM work_queue")).toBe(2_251);
        const before = await hashContents(database.client);
        const { code, error } = await maintainHere(settings("new-questions", "new-question"));
        expect([code, error?.message, error?.hint, error?.outcome]).toEqual([
            2,
            "unknown rule 'new-question' (Did you mean 'new-questions'?)",
            "name one of completed-queue-items, old-bot-runs, untouched-sessions, new-questions, question-counts",
            "Nothing was changed.",
        ]);
        expect(await hashContents(database.client)).toBe(before);
    });

    test("changes nothing under --dry-run, whatever it counts", async () => {
        const before = await hashContents(database.client);
        const { stdout } = await maintainHere(settings(), { dryRun: true });
        expect(stdout).toContain("\nDry run: nothing was changed. The rules would change 1,543 rows. ");
        const document = await readDocument(settings(), { dryRun: true });
        expect(document).toMatchObject({ dryRun: true, changed: 0, rowsWritten: 0 });
        expect(document.rules.map(({ due, changed }) => [due, changed])).toEqual(
            [1_500, 0, 40, 3, 0].map((due) => [due, 0]),
        );
        expect(await hashContents(database.client)).toBe(before);
    });

    test("prints a script under --show-sql that leaves the same database when somebody runs it by hand", async () => {
        const before = await hashContents(database.client);
        const { stdout } = await maintainHere(settings(), { showSql: true });
        expect(await hashContents(database.client)).toBe(before);
        const copy = await target.createCopy(database);
        await copy.client.executeMultiple(stdout.slice(stdout.indexOf("-- operations/maintenance/")));
        expect((await maintainHere(settings())).code).toBe(0);
        expect(await hashContents(copy.client)).toBe(await hashContents(database.client));
        await copy.close();
    });

    test("shares the rows when two run at once", async () => {
        const env = { TURSO_DATABASE_URL: database.url };
        const runs = [1, 2].map(() => startCommand("db:maintain", [], { cwd: root, env }).result);
        for (const { code, stderr } of await Promise.all(runs)) expect([code, stderr]).toEqual([0, ""]);
        const other = await target.createCopy(filled);
        expect((await maintainHere({ root, url: other.url })).code).toBe(0);
        expect(await hashContents(database.client)).toBe(await hashContents(other.client));
        await other.close();
    });

    test("refuses a database that is not deployed, that is older, and that is newer, and changes nothing", async () => {
        const expectRefused = async (url: string, folder: string, code: number, message: string): Promise<void> => {
            const ran = await maintainHere({ root: folder, url });
            expect([ran.code, ran.error?.message]).toEqual([code, expect.stringContaining(message)]);
            expect(ran.error?.outcome).toMatch(/^Nothing was (changed|applied)\./);
        };
        const empty = await target.createDatabase();
        await expectRefused(empty.url, root, 2, "the schema was not deployed to this database");
        expect(await readRows(empty.client, "SELECT * FROM sqlite_schema")).toEqual([]);
        const before = await hashContents(database.client);
        const ahead = copyRules({ "migrations/013.do.add-notes.sql": "CREATE TABLE notes (id TEXT) STRICT;\n" });
        await expectRefused(database.url, ahead, 2, "the database is older than the files");
        const behind = copyRules();
        changeProject(behind, { "migrations/012.do.create-user-sessions.sql": undefined });
        changeProject(behind, { "migrations/012.undo.create-user-sessions.sql": undefined });
        await expectRefused(database.url, behind, 4, "the database is newer");
        expect(await hashContents(database.client)).toBe(before);
    });

    test("says which file the database does not understand, and changes nothing", async () => {
        const before = await hashContents(database.client);
        const broken = copyRules({
            "operations/maintenance/015-broken.sql":
                "-- Breaks.\n-- Takes:\nSELECT id FROM nowhere;\n-- Does:\nDELETE FROM work_queue;\n",
        });
        const { code, error } = await maintainHere({ root: broken, url: database.url });
        expect([code, error?.message, error?.outcome]).toEqual([
            1,
            "operations/maintenance/015-broken.sql: the database refuses it (no such table: nowhere)",
            "Nothing was changed.",
        ]);
        expect(await hashContents(database.client)).toBe(before);
    });

    test("ends between two transactions after Ctrl-C, says what was done, and goes on from there", async () => {
        const abort = new AbortController();
        // Four transactions on a server are faster than anybody looks.
        vi.stubGlobal("fetch", async (...request: Parameters<typeof fetch>) => {
            const response = await realFetch(...request);
            if (String(request[1]?.body).includes("DELETE FROM work_queue")) abort.abort();
            return response;
        });
        const running = maintainHere({ ...settings("completed-queue-items"), signal: abort.signal });
        const state = { isOver: false };
        void running.finally(() => Object.assign(state, { isOver: true }));
        const count = "SELECT 2251 - count(*) FROM work_queue";
        while (!state.isOver && Number(await readValue(database.client, count)) === 0) {
            await new Promise((resolve) => setImmediate(resolve));
        }
        abort.abort();
        const { code, error } = await running.finally(() => vi.unstubAllGlobals());
        const done = Number(await readValue(database.client, count));
        expect([code, error?.code]).toEqual([130, "interrupted"]);
        expect([200, 600, 1_400, 1_500]).toContain(done);
        // The last transaction may have been carried out although its reply was not waited for.
        const [, said = "0"] = /^Before that: ([\d,]+) of 1,500 rows/.exec(error?.outcome ?? "") ?? [];
        const known = Number(said.replace(",", ""));
        expect(known === done || error?.outcome?.includes("either committed or rolled back")).toBe(true);
        expect(error?.outcome).toMatch(/ Run the same command again to continue\.$/);
        expect(await readDocument(settings("completed-queue-items"))).toMatchObject({ changed: 1_500 - done });
    });

    if (target.name !== "sqld") return;

    test("asks before it writes to another machine, and not when there is nothing to write", async () => {
        const elsewhere = "https://code-reels.example.invalid";
        vi.stubGlobal("fetch", (input: URL, init: RequestInit) => {
            if (input.origin !== elsewhere) throw new Error("A request would have left this machine.");
            return realFetch(new URL(input.pathname, database.url), init);
        });
        const settings = { root, url: elsewhere, isRouted: true };
        try {
            const { code, error } = await maintainHere(settings);
            expect([code, error?.code, error?.outcome]).toEqual([2, "not-confirmed", "Nothing was changed."]);
            expect(await readValue(database.client, "SELECT count(*) FROM work_queue")).toBe(2_251);
            expect((await maintainHere(settings, { dryRun: true })).code).toBe(0);
            expect((await maintainHere(settings, { yes: true })).stdout).toContain("\nMaintained 1,543 rows. ");
            expect((await maintainHere(settings)).stdout).toContain("\nNothing to do: ");
        } finally {
            vi.unstubAllGlobals();
        }
    });

    test("tries again with fewer rows where the server takes the lock away, and not for ever", async () => {
        const proxy = await startProxy(database.url);
        const error = { message: "Transaction timed out", code: "TRANSACTION_TIMEOUT" };
        const reply = { baton: null, base_url: null, results: [{ type: "error", error }] };
        const stolen = { status: 200, body: JSON.stringify(reply) };
        const settings = { root, url: proxy.url, args: ["completed-queue-items"] };
        proxy.hooks = { onRequest: () => (proxy.requests > 2 ? stolen : undefined) };
        const before = await maintainHere(settings);
        expect([before.code, before.error?.code, before.error?.outcome, proxy.requests]).toEqual([
            ...[1, "transaction-timeout"],
            "Before that: 200 of 1,500 rows by completed-queue-items. Run the same command again to continue.",
            5,
        ]);
        proxy.requests = 0;
        proxy.hooks = { onRequest: () => ([3, 4].includes(proxy.requests) ? stolen : undefined) };
        const { stdout } = await maintainHere(settings);
        expect(stdout).toContain("\nDeleted:  1,300 rows by completed-queue-items\n");
        await proxy.close();
    });

    test("says what was done when the line breaks", async () => {
        const proxy = await startProxy(database.url);
        // The first reads, the others delete 200, 400 and so on.
        proxy.hooks = { onReply: (n) => (n === 3 ? "drop" : undefined) };
        const { code, error } = await maintainHere({ root, url: proxy.url, args: ["completed-queue-items"] });
        expect([code, error?.code, error?.outcome]).toEqual([
            1,
            "connection-lost",
            "Before that: 200 of 1,500 rows by completed-queue-items. The last transaction was either committed or rolled back. " +
                "Run the same command again to continue.",
        ]);
        expect(await readValue(database.client, "SELECT 2251 - count(*) FROM work_queue")).toBe(600);
        await proxy.close();
    });
});

describe("db:maintain", () => {
    test("makes no database where it finds none", async () => {
        const url = `file:${path.join(root, "none.db")}`;
        for (const options of [{ dryRun: true }, {}]) {
            const { code, error } = await maintainHere({ root, url }, options);
            expect([code, error?.message]).toEqual([2, `${url} does not exist`]);
            expect(existsSync(path.join(root, "none.db"))).toBe(false);
        }
    });

    test("takes fewer rows at once where they take long, and more where they do not", () => {
        expect(chooseSize(200, 100)).toBe(400);
        expect(chooseSize(4_000, 100)).toBe(5_000);
        expect(chooseSize(200, 600)).toBe(200);
        expect(chooseSize(200, 4_000)).toBe(25);
        expect(chooseSize(20, 60_000)).toBe(10);
    });
});
