import { existsSync } from "node:fs";
import path from "node:path";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { sampleSize } from "../../src/statistics/schema.ts";
import { insertRow } from "../product/rows.ts";
import { copyFigures, readDocument, showHere } from "../statistics/measuring.ts";
import { hashContents } from "../support/contents.ts";
import { createDeployedDatabase } from "../support/deployed.ts";
import { changeProject } from "../support/project.ts";
import { startProxy } from "../support/proxy.ts";
import { describeTargets, type TestDatabase } from "../support/targets.ts";

const root = copyFigures();

describeTargets("db:stats", (target) => {
    let deployed: TestDatabase;
    let filled: TestDatabase;

    beforeAll(async () => {
        deployed = await createDeployedDatabase(target);
        filled = await target.createCopy(deployed);
        const { client } = filled;
        // Weeks begin on Monday: three in the week before the last, one on its Sunday, two in the present one.
        const days = ["2026-02-16", "2026-02-18", "2026-02-22", "2026-03-01", "2026-03-02", "2026-03-04"];
        for (const [at, day] of days.entries()) {
            const created_at = at % 2 === 0 ? `${day}T00:00:00.000Z` : `${day} 11:00:00`;
            const tags = JSON.stringify(Array.from({ length: at }, () => "é"));
            await insertRow(client, "questions", { id: `q-${at}`, created_at, tags: at === 5 ? null : tags });
        }
        await insertRow(client, "questions", { id: "q-old", created_at: "2025-01-01 00:00:00" });
        await insertRow(client, "questions", { id: "q-strange", created_at: "soon" });
        await insertRow(client, "questions", { id: "q-tomorrow", created_at: "2026-03-20 00:00:00" });
        for (const status of ["completed", "pending", "pending"]) await insertRow(client, "work_queue", { status });
        const started_at = "2026-03-01T10:00:00.000Z";
        for (const [status, completed_at] of [
            ["completed", "2026-03-01T10:00:30.000Z"],
            ["completed", "2026-03-01 10:01:30"],
            ["failed", null],
            ["running", null],
        ] as const)
            await insertRow(client, "bot_runs", { bot_name: "verifier", status, started_at, completed_at });
    });

    const sectionOf = (document: Awaited<ReturnType<typeof readDocument>>, name: string) =>
        document.sections.find((section) => section.name === name);

    test("counts rows and bytes of every table, with those of its indexes, and changes nothing", async () => {
        const before = await hashContents(filled.client);
        const document = await readDocument({ root, url: filled.url });
        expect(await hashContents(filled.client)).toBe(before);
        expect(document.tables.filter(({ bookkeeping }) => !bookkeeping)).toHaveLength(12);
        expect(document.tables.find(({ name }) => name === "history_writer")?.bookkeeping).toBe(true);
        const questions = document.tables.find(({ name }) => name === "questions");
        expect(questions).toMatchObject({ rows: 9, bytes: expect.any(Number), indexBytes: expect.any(Number) });
        expect(questions?.bytes).toBeGreaterThanOrEqual(4_096);
        // Four of its own, and SQLite's for the primary key.
        expect(questions?.indexBytes).toBe(5 * 4_096);
        expect(document.bytes?.total).toBeGreaterThan(100_000);
        expect(document.notes).toEqual([]);
        if (target.name === "sqld") expect(document).toMatchObject({ requests: 3, rowsWritten: 0 });
    });

    test("measures the columns whose CHECK asks for JSON, in bytes", async () => {
        const { json } = await readDocument({ root, url: filled.url });
        expect(json.filter(({ table }) => table === "questions").map(({ column }) => column)).toEqual([
            ...["tags", "videos", "companies", "relevance_details", "job_title_relevance"],
            ...["experience_level_tags", "voice_keywords"],
        ]);
        // '[]', '["é"]' and so on: 2, 6, 11, 16 and 21 bytes.
        expect(json.find(({ column }) => column === "tags")).toEqual({
            ...{ table: "questions", column: "tags", lookedAt: 9, values: 5, sampled: false },
            ...{ averageBytes: 11.2, largestBytes: 21, estimatedBytes: 56 },
        });
    });

    test("counts the rows of each week beside what the documents expect", async () => {
        const document = await readDocument({ root, url: filled.url });
        const growth = sectionOf(document, "growth")?.rows ?? [];
        const questions = growth.filter(({ series }) => series === "questions");
        expect(questions.map(({ amount }) => amount)).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 1, 2]);
        expect([questions[0]?.period, questions[11]?.period]).toEqual(["2025-12-15", "2026-03-02"]);
        const expected = new Map(growth.map((row) => [row.series, row.expected]));
        expect(Object.fromEntries(expected)).toEqual({
            ...{ questions: 50, question_history: 500, bot_ledger: 1_000, bot_runs: null },
        });
    });

    test("says nothing of the weeks before a table's first row, and makes no average of parts of weeks", async () => {
        const document = await readDocument({ root, url: filled.url });
        const runs = (sectionOf(document, "growth")?.rows ?? []).filter(({ series }) => series === "bot_runs");
        expect(runs.map(({ amount }) => amount)).toEqual([...Array.from({ length: 10 }, () => null), 4, 0]);
        const { stdout } = await showHere({ root, url: filled.url });
        expect(stdout).toMatch(/\n {4}bot_runs {2,}\S{2} +- +0\n/);
        expect(stdout).toMatch(/\n {4}questions +\S{12} +0 +50 +1% +2\n/);
    });

    test("shows the queue and the bots", async () => {
        const document = await readDocument({ root, url: filled.url });
        expect(sectionOf(document, "queue")?.rows).toMatchObject([
            { status: "pending", items: 2, urgent: 0, oldest_days: expect.any(Number) },
            { status: "completed", items: 1 },
        ]);
        expect(sectionOf(document, "bots")?.rows).toEqual([
            {
                ...{ bot: "verifier", runs: 4, failed: 1, running: 1, success_percent: 66.7 },
                ...{ average_seconds: 60, longest_seconds: 90, last_run: "2026-03-01T10:00:00.000Z" },
            },
        ]);
    });

    test("prints them as tables and small charts: of blocks, or of ASCII where the locale has no more", async () => {
        vi.stubEnv("LC_ALL", "C.UTF-8");
        const blocks = await showHere({ root, url: filled.url });
        vi.stubEnv("LC_ALL", "C");
        const ascii = await showHere({ root, url: filled.url });
        vi.unstubAllEnvs();
        expect([blocks.code, blocks.stderr]).toEqual([0, ""]);
        expect(blocks.stdout).toMatch(/\n {4}questions +·········█▃▅ +0 +50 +1% +2\n/);
        expect(ascii.stdout).toMatch(/\n {4}questions +\.{9}835 +0 +50 +1% +2\n/);
        expect(blocks.stdout).toMatch(/\n {4}questions +9 +[\d.]+ kB +20\.5 kB +█+[▏▎▍▌▋▊▉]?\n/);
        expect(ascii.stdout).toMatch(/^[\n\x20-\x7e]*$/);
        expect(ascii.stdout).toMatch(/\n {4}questions\.tags +56% +11 B +21 B +56 B\n/);
        expect(ascii.stdout).toMatch(
            /\nIndexes that no documented query uses: none \(\d+ indexes, \d+ documented queries\)\n/,
        );
        expect(Math.max(...blocks.stdout.split("\n").map((line) => line.length))).toBeLessThan(130);
    });

    test("has something to say of an empty database, and of one that nothing was loaded into", async () => {
        const empty = await target.createDatabase();
        const nothing = await showHere({ root, url: empty.url });
        expect([nothing.code, nothing.stderr]).toEqual([0, ""]);
        expect(nothing.stdout).toMatch(/\nSize: 0 tables, 0 rows, [\d.]+ k?B in all, 0 B of it free\n\nGrowth: /);
        expect(nothing.stdout).toContain("\n    not available (no such table: v_queue_health)\n");
        expect(nothing.stdout).not.toContain("Indexes");
        const fresh = await showHere({ root, url: deployed.url });
        expect(fresh.stdout).toMatch(/\nSize: 12 tables, 0 rows, /);
        expect(fresh.stdout).toMatch(/\nJSON: 0 of \d+ columns hold values\n\nGrowth: /);
        expect(fresh.stdout).toContain("\n    nothing yet\n");
    });

    test("measures tables that are not of the files, and finds the indexes that nothing needs", async () => {
        const { client, url } = await target.createCopy(deployed);
        await client.executeMultiple(`
            CREATE TABLE "odd table" (id INTEGER PRIMARY KEY, "a ""b""" TEXT CHECK (json_valid("a ""b""")), owner TEXT REFERENCES users (id), code TEXT);
            INSERT INTO "odd table" ("a ""b""") SELECT json_array(value) FROM generate_series(1, 20);
            CREATE INDEX idx_idle ON "odd table" (code, id);
            CREATE INDEX idx_owner ON "odd table" (owner);
            CREATE UNIQUE INDEX idx_code ON "odd table" (code);
            CREATE TABLE pairs (a TEXT, b TEXT CHECK (json_valid(b)), PRIMARY KEY (a)) WITHOUT ROWID;
            INSERT INTO pairs VALUES ('a', '{}');
            CREATE VIRTUAL TABLE texts USING fts5 (body);
            INSERT INTO texts VALUES ('one two');`);
        const document = await readDocument({ root, url });
        const rows = Object.fromEntries(document.tables.map((table) => [table.name, table.rows]));
        expect(rows).toMatchObject({ "odd table": 20, pairs: 1, texts: 1 });
        expect(Object.keys(rows).filter((name) => name.startsWith("texts_"))).toEqual([]);
        expect(document.json.filter(({ table }) => table === "odd table")).toMatchObject([
            { column: 'a "b"', values: 20, lookedAt: 20 },
        ]);
        expect(document.json.filter(({ table }) => table === "pairs")).toMatchObject([
            { column: "b", largestBytes: 2 },
        ]);
        expect(document.notes).toEqual([]);
        expect(document.indexUse.unused).toEqual([{ name: "idx_idle", table: "odd table", bytes: 4_096 }]);
        const { stdout } = await showHere({ root, url });
        expect(stdout).toMatch(
            /\nIndexes that no documented query uses: 1 \(\d+ indexes, \d+ .*\)\n {4}idx_idle {2}odd table {2}4\.1 kB\n/,
        );
    });

    test("looks at a sample of a large table, spread evenly over it", async () => {
        const { client, url } = await target.createCopy(deployed);
        await client.executeMultiple(`
            CREATE TABLE large (id INTEGER PRIMARY KEY, data TEXT CHECK (json_valid(data)));
            INSERT INTO large SELECT value, json_array(printf('%.*c', value / 1000, 'x')) FROM generate_series(1, 60000);`);
        const { json } = await readDocument({ root, url });
        const large = json.find(({ table }) => table === "large");
        expect(large?.sampled).toBe(true);
        expect(large?.lookedAt).toBeLessThanOrEqual(sampleSize);
        expect(large?.lookedAt).toBeGreaterThan(sampleSize / 2);
        expect(large?.averageBytes).toBeCloseTo(4 + 29.5, 0);
        expect((large?.estimatedBytes ?? 0) / 60_000).toBeCloseTo(4 + 29.5, 0);
    });

    test("reads a database that is newer than the files, and one without documented queries", async () => {
        const { client, url } = await target.createCopy(deployed);
        await client.execute("INSERT INTO schemaversion (version, name, md5) VALUES (99, 'of-tomorrow', '')");
        expect((await showHere({ root, url })).code).toBe(0);
        const bare = copyFigures();
        changeProject(bare, { queries: undefined });
        const { stdout } = await showHere({ root: bare, url });
        expect(stdout).toMatch(
            /\nIndexes: \d+ indexes, 0 documented queries\n {4}no documented query to compare with\n/,
        );
    });

    if (target.name !== "sqld") return;

    test("says so where the server keeps its bytes, or plans, to itself, and shows the rest", async () => {
        const proxy = await startProxy(filled.url);
        for (const [word, note] of [
            ["dbstat", "bytes are left out: the server does not report them (not for you)"],
            ["EXPLAIN", "plans are left out: the token does not allow them (not for you)"],
        ] as const) {
            const refusal = { status: 403, body: JSON.stringify({ error: "not for you" }) };
            proxy.hooks = { onRequest: (_, body) => (body.includes(word) ? refusal : undefined) };
            const { code, stdout, stderr } = await showHere({ root, url: proxy.url });
            expect([code, stderr]).toEqual([0, `${note}\n`]);
            expect(stdout).toMatch(/\n {4}questions +9\b/);
            expect(stdout).toMatch(/\n {4}verifier +4 /);
        }
        await proxy.close();
    });
});

describe("db:stats", () => {
    test("makes no file where there is none", async () => {
        const url = `file:${path.join(root, "none.db")}`;
        const { code, error } = await showHere({ root, url });
        expect([code, error?.message]).toEqual([2, `${url} does not exist`]);
        expect(existsSync(path.join(root, "none.db"))).toBe(false);
    });
});
