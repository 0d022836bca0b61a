import { readFileSync } from "node:fs";
import path from "node:path";
import type { Client } from "@libsql/client";
import { beforeAll, beforeEach, expect, test, vi } from "vitest";
import { maintain } from "../../src/cli/commands/maintain.ts";
import { readRules } from "../../src/maintenance/rules.ts";
import { countRules, runRule } from "../../src/maintenance/run.ts";
import { insertRow, readRows, type Values } from "../product/rows.ts";
import { hashContents } from "../support/contents.ts";
import { createDeployedDatabase, openTestConnection, root as repository } from "../support/deployed.ts";
import { runHere } from "../support/here.ts";
import { describeTargets, type TestDatabase } from "../support/targets.ts";
import { copyRules, readDocument, time } from "./maintaining.ts";

const root = copyRules();

/** What no clock has ever shown, although SQLite reads some of it as a time. */
const nonsense = ["", "soon", "now", "12:00", "2460000", "2025-13-01T00:00:00Z", "2025-01-01T25:00:00Z", "01/02/2025"];

/** Times around noon of a day, in every form: those before it, noon itself, and those after it. */
function timesAround(day: string): { before: string[]; at: string[]; after: string[] } {
    return {
        before: [`${day}T11:59:59.999Z`, `${day} 11:59:59`, day, `${day}T13:59:00+02:00`, "2001-01-01 00:00:00"],
        at: [`${day}T12:00:00.000Z`, `${day} 12:00:00`, `${day}T12:00Z`, `${day}T22:00:00+10:00`],
        after: [`${day}T12:00:00.001Z`, `${day} 12:00:01`, `${day}T12:01:00Z`, "2026-03-01 12:00:00", "2027-01-01"],
    };
}

describeTargets("the rules of maintenance", (target) => {
    let deployed: TestDatabase;
    let database: TestDatabase;
    let client: Client;

    beforeAll(async () => {
        deployed = await createDeployedDatabase(target);
    });

    beforeEach(async () => {
        database = await target.createCopy(deployed);
        client = database.client;
        return () => database.close();
    });

    // A rule by itself, and then again: the second run finds the rows that it cannot judge, and writes nothing.
    async function run(rule: string): Promise<{ due: number; leftAlone: number; changed: number }> {
        const settings = { root, url: database.url, args: [rule] };
        const first = await readDocument(settings);
        const before = await hashContents(client);
        const again = await readDocument(settings);
        expect(again).toMatchObject({ changed: 0, rowsWritten: 0, requests: target.name === "sqld" ? 1 : 0 });
        expect(again.rules[0]).toMatchObject({ due: 0, leftAlone: first.rules[0]?.leftAlone, changed: 0 });
        expect(await hashContents(client)).toBe(before);
        return first.rules[0] ?? { due: -1, leftAlone: -1, changed: -1 };
    }

    // What the documented query of the same rule leads to, in a transaction that is rolled back.
    async function changeByQuery(query: string, select: string): Promise<unknown[]> {
        const transaction = await client.transaction("write");
        const sql = readFileSync(path.join(repository, "queries", `${query}.sql`), "utf8");
        await transaction.execute({ sql, args: { now: time.toISOString() } });
        const { rows } = await transaction.execute(select);
        transaction.close();
        return rows.map((row) => ({ ...row }));
    }

    async function insertAll(table: string, rows: readonly Values[]): Promise<void> {
        for (const row of rows) await insertRow(client, table, row);
    }

    test("completed queue items go when they were completed more than 30 days ago, and no others", async () => {
        const { before, at, after } = timesAround("2026-01-30");
        const item = (processed_at: string | null, reason: string, status = "completed"): Values => ({
            ...{ processed_at, reason, status, created_at: "2025-06-01 00:00:00" },
        });
        await insertAll("work_queue", [
            ...before.map((moment) => item(moment, "goes")),
            ...[...at, ...after].map((moment) => item(moment, "stays")),
            ...[...nonsense, null].map((moment) => item(moment, "stays")),
            ...["pending", "processing", "failed"].map((status) => item("2025-07-01T00:00:00.000Z", "stays", status)),
        ]);
        expect(await run("completed-queue-items")).toMatchObject({
            due: before.length,
            leftAlone: nonsense.length + 1,
            changed: before.length,
        });
        const left = await readRows(client, "SELECT reason, count(*) AS items FROM work_queue GROUP BY reason");
        expect(left).toEqual([{ reason: "stays", items: at.length + after.length + nonsense.length + 1 + 3 }]);
    });

    test("ages are of the database's clock: one of this machine that is a year ahead makes nothing due", async () => {
        await insertRow(client, "work_queue", { status: "completed", processed_at: new Date().toISOString() });
        const before = await hashContents(client);
        vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 365 * 86_400_000 });
        const ran = await runHere((context) => maintain(context, {}), {
            ...{ root, url: database.url, args: ["completed-queue-items"] },
        }).finally(() => vi.useRealTimers());
        expect(ran).toMatchObject({ code: 0, stdout: expect.stringContaining("Nothing to do: no row is due.") });
        expect(await hashContents(client)).toBe(before);
    });

    test("completed bot runs go when they ended more than 90 days ago, and no others", async () => {
        const { before, at, after } = timesAround("2025-12-01");
        const run90 = (completed_at: string | null, bot_name: string, status = "completed"): Values => ({
            ...{ completed_at, bot_name, status, started_at: completed_at ?? "2025-06-01 00:00:00" },
        });
        await insertAll("bot_runs", [
            ...before.map((moment) => run90(moment, "goes")),
            { ...run90("2025-11-30T12:00:00.000Z", "goes"), started_at: "2025-11-29 23:59:59" },
            ...[...at, ...after, ...nonsense, null].map((moment) => run90(moment, "stays")),
            ...["running", "failed"].map((status) => run90("2025-07-01T00:00:00.000Z", "stays", status)),
            { ...run90(null, "stays", "running") },
            { ...run90("2025-07-01T00:00:00.000Z", "stays"), started_at: "soon" },
        ]);
        expect(await run("old-bot-runs")).toMatchObject({
            due: before.length + 1,
            leftAlone: nonsense.length + 2,
            changed: before.length + 1,
        });
        const left = await readRows(client, "SELECT bot_name, count(*) AS runs FROM bot_runs GROUP BY bot_name");
        expect(left).toEqual([{ bot_name: "stays", runs: at.length + after.length + nonsense.length + 5 }]);
    });

    test("active sessions are abandoned when nobody has touched them for 7 days, and stay untouched by that", async () => {
        const { before, at, after } = timesAround("2026-02-22");
        const session = (last_accessed_at: string, title: string, status = "active"): Values => ({
            ...{ last_accessed_at, title, status, progress: 40n, started_at: "2025-01-01 00:00:00" },
        });
        await insertAll("user_sessions", [
            ...[...before, ...at].map((moment) => session(moment, "abandoned")),
            ...[...after, ...nonsense].map((moment) => session(moment, "active")),
            session("2025-01-01T00:00:00.000Z", "completed", "completed"),
            session("2025-01-01T00:00:00.000Z", "abandoned", "abandoned"),
        ]);
        const times = "SELECT id, last_accessed_at, progress FROM user_sessions ORDER BY id";
        const unchanged = await readRows(client, times);
        const judged = "SELECT id, status FROM user_sessions ORDER BY id";
        const byQuery = await changeByQuery("abandon-sessions", judged);
        expect(await run("untouched-sessions")).toMatchObject({
            due: before.length + at.length,
            leftAlone: nonsense.length,
        });
        expect(await readRows(client, "SELECT * FROM user_sessions WHERE status <> title")).toEqual([]);
        expect(await readRows(client, judged)).toEqual(byQuery);
        expect(await readRows(client, times)).toEqual(unchanged);
    });

    test("questions are new for 7 days, and the mark goes without history and without a change of last_updated", async () => {
        const { before, at, after } = timesAround("2026-02-22");
        const question = (created_at: string, answer: string, n: number, is_new = 1n): Values => ({
            ...{ id: `q-${answer}-${n}`, created_at, answer, is_new },
            last_updated: n % 2 === 0 ? null : "2026-02-01T00:00:00.000Z",
        });
        await insertAll("questions", [
            ...[...before, ...at].map((moment, n) => question(moment, "old", n)),
            ...[...after, ...nonsense].map((moment, n) => question(moment, "new", n)),
            question("2026-02-28 00:00:00", "old", 99, 0n),
        ]);
        const rest = "SELECT id, status, last_updated, created_at FROM questions ORDER BY id";
        const [questions, history] = [await readRows(client, rest), await readRows(client, readHistory)];
        expect(history.length).toBe(questions.length);
        const judged = "SELECT id, is_new FROM questions ORDER BY id";
        const byQuery = await changeByQuery("end-newness", judged);
        expect(await run("new-questions")).toMatchObject({
            due: before.length + at.length,
            leftAlone: nonsense.length,
        });
        expect(await readRows(client, "SELECT id FROM questions WHERE is_new <> (answer = 'new')")).toEqual([]);
        expect(await readRows(client, judged)).toEqual(byQuery);
        expect(await readRows(client, rest)).toEqual(questions);
        expect(await readRows(client, readHistory)).toEqual(history);
    });

    test("certifications count the active questions of their channels and parts, each once, without a change of last_updated", async () => {
        await insertAll("questions", [
            ...["aws-1", "aws-2", "both", "part", "other"].map((id) => ({ id })),
            { id: "deleted", status: "deleted" },
            { id: "flagged", status: "flagged" },
        ]);
        const mapped = (question_id: string, channel_id: string, sub_channel = ""): Values => ({
            ...{ question_id, channel_id, sub_channel },
        });
        await insertAll("channel_mappings", [
            mapped("aws-1", "aws"),
            mapped("aws-2", "aws", "storage"),
            mapped("both", "aws", "storage"),
            mapped("both", "aws", "compute"),
            mapped("both", "terraform", "state"),
            mapped("part", "terraform", "state"),
            mapped("other", "linux"),
            mapped("deleted", "aws", "storage"),
            mapped("flagged", "aws", "storage"),
        ]);
        const expected: [id: string, mappings: string | null, before: number, after: number][] = [
            ["a-channel", '[{"channel":"aws"}]', 0, 3],
            ["a-part", '[{"channel":"aws","subChannel":"storage"}]', 99, 2],
            ["an-empty-part", '[{"channel":"aws","subChannel":""},{"channel":"aws","subChannel":null}]', 0, 3],
            [
                "overlapping",
                '[{"channel":"aws"},{"channel":"aws","subChannel":"compute"},{"channel":"terraform"}]',
                1,
                4,
            ],
            ["right-already", '[{"channel":"terraform","subChannel":"state"}]', 2, 2],
            ["unknown-channel", '[{"channel":"cobol"}]', 7, 0],
            ["no-channel", "[]", 7, 0],
            ["of-another-shape", '["aws",7,null,{"sub":"aws"},{"channel":"linux"}]', 7, 1],
            ["without-list", null, 7, 7],
        ];
        for (const [id, channel_mappings, question_count] of expected) {
            const last_updated = question_count > 1 ? "2026-02-01 00:00:00" : null;
            await insertRow(client, "certifications", { id, channel_mappings, question_count, last_updated });
        }
        // What no CHECK lets in, but others that open the file may.
        if (target.name === "file:") {
            await client.executeMultiple(
                "PRAGMA ignore_check_constraints = ON; UPDATE certifications SET channel_mappings = '[{' WHERE id = 'without-list';",
            );
        }
        const rest = "SELECT id, name, channel_mappings, last_updated, created_at FROM certifications ORDER BY id";
        const [before, history] = [await readRows(client, rest), await readRows(client, readHistory)];
        expect(await run("question-counts")).toMatchObject({ due: 7, leftAlone: 1, changed: 7 });
        const counts = await readRows(client, "SELECT id, question_count FROM certifications");
        expect(Object.fromEntries(counts.map(({ id, question_count }) => [id, question_count]))).toEqual(
            Object.fromEntries(expected.map(([id, , , after]) => [id, after])),
        );
        expect(await readRows(client, rest)).toEqual(before);
        expect(await readRows(client, readHistory)).toEqual(history);
    });

    test("a row that somebody changes while the rules run is left as it is then", async () => {
        await insertRow(client, "user_sessions", { id: "open", last_accessed_at: "2026-01-01 00:00:00" });
        await insertRow(client, "user_sessions", { id: "left", last_accessed_at: "2026-01-01 00:00:00" });
        for (const id of ["set", "wrong"]) {
            await insertRow(client, "certifications", { id, channel_mappings: "[]", question_count: 7n });
        }
        const connection = await openTestConnection(database);
        const rules = await readRules(root);
        const counts = await countRules(root, connection, rules, time.toISOString());
        await client.executeMultiple(`
            UPDATE user_sessions SET progress = 50 WHERE id = 'open';
            UPDATE certifications SET question_count = 9 WHERE id = 'set';`);
        const settings = { now: time.toISOString(), clock: () => 0, signal: undefined, report: () => undefined };
        for (const count of counts) {
            await runRule(connection, { ...count, changed: 0, isWriting: false }, settings);
        }
        connection.close();
        expect(await readRows(client, "SELECT id, status FROM user_sessions ORDER BY id")).toEqual([
            { id: "left", status: "abandoned" },
            { id: "open", status: "active" },
        ]);
        expect(await readRows(client, "SELECT id, question_count FROM certifications ORDER BY id")).toEqual([
            { id: "set", question_count: 9 },
            { id: "wrong", question_count: 0 },
        ]);
    });
});

const readHistory = "SELECT * FROM question_history ORDER BY id";
