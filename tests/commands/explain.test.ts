import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { type ExplainOptions, explain } from "../../src/cli/commands/explain.ts";
import { fillVolumes, readVolumes } from "../../src/queries/volumes.ts";
import { findSqld } from "../../src/server/sqld.ts";
import { hashContents } from "../support/contents.ts";
import { createDeployedDatabase, openTestConnection, root } from "../support/deployed.ts";
import { type Ran, runHere } from "../support/here.ts";
import { changeProject, writeProject } from "../support/project.ts";
import { describeTargets, type TestDatabase } from "../support/targets.ts";

describeTargets("db:explain", (target) => {
    let database: TestDatabase;
    let contents: string;

    beforeAll(async () => {
        database = await createDeployedDatabase(target);
        const connection = await openTestConnection(database);
        await fillVolumes(connection, await readVolumes(root), 0.02);
        connection.close();
        contents = await hashContents(database.client);
    });

    const run = (asked: string, options: ExplainOptions = {}, json = false): Promise<Ran> =>
        runHere((context) => explain(context, { runs: 2, ...options }), {
            root,
            url: database.url,
            args: [asked],
            json,
        });

    const rows =
        target.name === "sqld"
            ? /\nRows: {5}\d read, 2 returned\n/
            : /\nRows: {5}2 returned; neither a file nor a replica counts the rows read \(--volumes does\)\n/;

    test("shows a documented query with its plan, the indexes with their columns, rows and time", async () => {
        const { code, stdout } = await run("channels-of-question");
        expect(code).toBe(0);
        expect(stdout).toContain("\nQuery:    queries/channels-of-question.sql: The channels and sub-channels ");
        expect(stdout).toContain("\nValues:   :question_id = 'q-42'\n");
        expect(stdout).toContain(
            "\n1. SEARCH channel_mappings USING COVERING INDEX idx_channel_mappings_question_id_channel_id_sub_channel (question_id=?)\n",
        );
        expect(stdout).toContain(
            "\nIndexes:  idx_channel_mappings_question_id_channel_id_sub_channel on channel_mappings (question_id, channel_id, sub_channel)\n",
        );
        expect(stdout).toMatch(rows);
        expect(stdout).toMatch(
            /\nTime: {5}[\d.]+ ms \(p50 of 2 runs, the slowest [\d.]+ ms; [\d.]+ ms for `SELECT 1`\)\n/,
        );
        expect(stdout).toContain("\nAdvice:   none\n");
    });

    test("names the table, column and key of a text that is not UTF-8, and shows integers beyond 2^53", async () => {
        const odd = await target.createCopy(database);
        await odd.client.execute("UPDATE questions SET answer = CAST(x'636166e9' AS TEXT) WHERE id = 'q-7'");
        const ask = (sql: string, json = false): Promise<Ran> =>
            runHere((context) => explain(context, { runs: 1 }), { root, url: odd.url, args: [sql], json });
        const failed = await ask("SELECT id, answer FROM questions WHERE id IN ('q-6', 'q-7') -- all");
        expect([failed.code, failed.error?.code]).toEqual([1, "sql"]);
        expect(failed.error?.message).toMatch(
            /^the statement fails: .* is not UTF-8.*; not UTF-8: questions\.answer where id = 'q-7'/,
        );
        expect(failed.stdout).toContain("1. SEARCH questions");
        expect((await ask("SELECT id, hex(answer) FROM questions")).code).toBe(0);
        expect(
            (await ask("SELECT 9007199254740993 AS n, x'ff' AS b UNION ALL SELECT -9223372036854775808, NULL", true))
                .code,
        ).toBe(0);
        expect((await ask("VALUES (1), (2)")).code).toBe(0);
        await odd.close();
    });

    test("takes values from the command line, and shows what they come to in JSON", async () => {
        const asked = "SELECT id FROM questions WHERE id IN (:one, :two) ORDER BY id LIMIT :limit";
        const { stdout } = await run(asked, { param: ["one=q-7", ":two='q-8'", "limit=5"] }, true);
        expect(JSON.parse(stdout)).toMatchObject({
            query: null,
            parameters: { one: "q-7", two: "q-8", limit: 5 },
            plan: [{ kind: "search", source: "questions", index: "sqlite_autoindex_questions_1", covering: true }],
            indexes: [{ name: "sqlite_autoindex_questions_1", table: "questions", columns: ["id"] }],
            measured: { rowsReturned: 2, rowsRead: target.name === "sqld" ? expect.any(Number) : null },
            notRun: null,
            advice: [],
        });
    });

    test("names the table that a view or a short name stands for, how many rows a scanned table has, and the file's reason", async () => {
        const { stdout } = await run("bot-activity");
        expect(stdout).toMatch(/\n {4}1\. SCAN ledger USING COVERING INDEX \S+\n(?:.*\n)*2\. SCAN v_bot_activity\n/);
        expect(stdout).toContain("\nAdvice:   It scans 'bot_ledger', which has 1,000 rows.\n");
        expect(stdout).toContain(" The file gives the reason: counts every action, ");
        const other = await run("SELECT q.id FROM questions AS q WHERE q.answer LIKE '%x%' ORDER BY q.answer");
        expect(other.stdout).toContain(
            "It scans 'questions', which has 100 rows.\n          It sorts or groups rows in memory.\n",
        );
    });

    test("suggests an index only where SQLite would take it, and none for a column of a few values", async () => {
        const suggestion = /An index on questions \((.*)\) would save the scan/;
        const ask = async (condition: string): Promise<string | undefined> =>
            suggestion.exec((await run(`SELECT * FROM questions WHERE ${condition}`)).stdout)?.[1];
        expect(await ask("source_url = 'x' AND status = 'active'")).toBe("source_url");
        expect(await ask("difficulty = 'beginner' AND status = 'active'")).toBeUndefined();
        expect(await ask("source_url = 'x' OR tldr = 'y'")).toBeUndefined();
        expect(await ask("source_url LIKE 'x%'")).toBeUndefined();
        expect(await ask("source_url COLLATE NOCASE = 'x'")).toBeUndefined();
    });

    test("plans what writes and does not run it", async () => {
        for (const asked of ["claim-work", "DELETE FROM questions", "WITH one AS (SELECT 1) DELETE FROM users"]) {
            const { code, stdout } = await run(asked);
            expect([code, stdout]).toEqual([
                0,
                expect.stringContaining("\nIt writes, so it was planned and not run. "),
            ]);
            expect(stdout).not.toContain("\nTime:");
        }
        expect(await hashContents(database.client)).toBe(contents);
    });

    test("runs nothing where a value is missing, or when only the plan is asked for", async () => {
        const missing = await run("SELECT * FROM users WHERE id = :id AND username = :name", { param: ["id=1"] });
        expect(missing.stdout).toContain("\nIt was planned and not run: a value is missing (--param name=…).\n");
        const unnamed = await run("SELECT * FROM users WHERE id = ?");
        expect(unnamed.stdout).toContain("\nIt was planned and not run: replace each ? by a named parameter, ");
        const planned = await run("user-by-name", { planOnly: true });
        expect(planned.stdout).toContain("\nIt was planned and not run: --plan-only.\n");
        for (const { code, stdout } of [missing, unnamed, planned]) {
            expect([code, stdout]).toEqual([0, expect.not.stringContaining("\nTime:")]);
        }
    });

    test.each([
        ["SELECT id, FROM questions", 'near "FROM": syntax error'],
        ["SELECT id,\n  id FROM FROM t", 'near "FROM": syntax error'],
        ["SELECT titel FROM questions", "no such column: titel"],
        ["SELECT q.x FROM questions q", "no such column: q.x"],
        ["SELECT 1 FROM question", "no such table: question"],
        ["SELECT absent()", "no such function: absent"],
        ["DELETE FROM nowhere", "no such table: nowhere"],
    ])("says what is wrong with %j", async (asked, message) => {
        const { code, error } = await run(asked);
        expect([code, error?.message]).toEqual([1, message]);
        expect(error?.outcome).toBe("Nothing was run.");
    });

    test("tells of a statement that fails while it runs", async () => {
        const { code, error, stdout } = await run("SELECT json(:text)", { param: ["text=x"] });
        expect([code, error?.message]).toEqual([1, "the statement fails: malformed JSON"]);
        expect(stdout).toContain("\n1. SCAN CONSTANT ROW\n");
    });
});

describe("db:explain, before any database is opened,", () => {
    const run = (args: string[], options: ExplainOptions = {}): Promise<Ran> =>
        runHere((context) => explain(context, options), { root, args, url: "http://127.0.0.1:1" });

    test("lists the documented queries", async () => {
        const { code, stdout } = await run([], { list: true });
        expect(code).toBe(0);
        expect(stdout).toMatch(/^abandon-sessions +Marks sessions as abandoned /m);
        expect(stdout).toMatch(/\n\d+ queries\. Explain one with `pnpm db:explain <name>`\.\n$/);
    });

    test.each([
        [
            ["questions-by-chanel"],
            {},
            /^unknown query 'questions-by-chanel' \(Did you mean 'questions-by-channel'\?\)$/,
            /^`pnpm db:explain --list` lists the documented queries/,
        ],
        [[], {}, /^no statement is named$/, /^name a documented query/],
        [["a", "b"], {}, /^more than one argument$/, /quote one statement/],
        [["SELECT 1; SELECT 2"], {}, /^line 1: a second statement begins here$/, /^explain one statement at a time$/],
        [["SELECT 'x"], {}, /^line 1: this is never closed: 'x$/, /^close it$/],
        [["-- nothing\n"], {}, /^the SQL has no statement$/, /^write it as/],
        [["DROP TABLE users"], {}, /^DROP has no plan; it was not sent$/, /^explain a SELECT/],
        [["PRAGMA user_version = 3"], {}, /^PRAGMA has no plan; it was not sent$/, /^explain a SELECT/],
        [["COMMIT "], {}, /^unknown query 'COMMIT'$/, /lists the documented queries/],
        [["ATTACH 'x' AS y"], {}, /^ATTACH has no plan; it was not sent$/, /^explain a SELECT/],
        [["EXPLAIN SELECT 1"], {}, /already begins with EXPLAIN$/, /^leave EXPLAIN out$/],
        [["user-by-name"], { param: ["username"] }, /^--param 'username' is not name=value$/, /^write it as/],
        [["user-by-name"], { param: ["usrname=x"] }, /^the statement has no :usrname$/, /^it has :username$/],
        [["SELECT 1"], { param: ["x=1"] }, /^the statement has no :x$/, /^it has no named parameter$/],
        [["user-by-name"], { runs: 0 }, /^--runs must be 1 to 1000$/, /^$/],
    ])("refuses %j with %j", async (args, options, message, hint) => {
        const { code, stdout, error } = await run(args, options);
        expect([code, error?.message, error?.hint ?? ""]).toEqual([
            2,
            expect.stringMatching(message),
            expect.stringMatching(hint),
        ]);
        expect(stdout).toBe("");
    });

    test("does not make a database that is not there", async () => {
        const folder = writeProject({ "a.txt": "" });
        const { code, error } = await runHere((context) => explain(context, {}), { root: folder, args: ["SELECT 1"] });
        expect([code, error?.message]).toEqual([2, "file:local.db does not exist"]);
        expect(readdirSync(folder)).toEqual(["a.txt"]);
    });
});

describe("db:explain --volumes", () => {
    const project = {
        "migrations/001.do.create-notes.sql":
            "CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT;\n",
        "queries/volumes/notes.sql":
            "-- Notes.\n-- Large: 7000\nINSERT INTO notes (body) SELECT 'note ' || value || :total FROM generate_series(:first, :last);\n",
    };
    const run = (folder: string, asked: string, signal?: AbortSignal): Promise<Ran> =>
        runHere((context) => explain(context, { volumes: true, runs: 2 }), {
            ...{ root: folder, args: [asked], json: true },
            ...(signal ? { signal } : {}),
        });
    const cached = (folder: string): string[] =>
        readdirSync(path.join(folder, ".volumes")).filter((name) => name !== ".gitignore");

    test("asks a database of its own with the documented rows, which is kept until the files change", async () => {
        const folder = writeProject(project);
        const counted = await run(folder, "SELECT total(id) FROM notes");
        const { advice, measured } = JSON.parse(counted.stdout);
        expect(advice[0]).toBe("It scans 'notes', which has 7,000 rows.");
        if (findSqld()) expect(measured.rowsRead).toBeGreaterThanOrEqual(7_000);
        const [first] = cached(folder);
        await run(folder, "SELECT 1 FROM notes");
        expect(cached(folder)).toEqual([first]);
        changeProject(folder, {
            "queries/volumes/notes.sql": project["queries/volumes/notes.sql"].replace("7000", "10"),
        });
        const changed = await run(folder, "SELECT total(id) FROM notes");
        expect(JSON.parse(changed.stdout).advice[0]).toBe("It scans 'notes', which has 10 rows.");
        expect(cached(folder)).not.toContain(first);
        expect(cached(folder)).toHaveLength(1);
    });

    test("runs what writes, and rolls it back each time", async () => {
        const folder = writeProject(project);
        const { measured, notRun } = JSON.parse((await run(folder, "DELETE FROM notes RETURNING id")).stdout);
        expect([notRun, measured.rowsReturned]).toEqual([null, 7_000]);
        if (findSqld()) expect(measured.rowsWritten).toBe(7_000);
        const broken = await run(folder, "INSERT INTO notes (body) VALUES (NULL)");
        expect([broken.code, broken.error?.message]).toEqual([
            1,
            "the statement fails: NOT NULL constraint failed: notes.body",
        ]);
    });

    test("leaves nothing half made when it is interrupted, and says where a file is wrong", async () => {
        const folder = writeProject(project);
        const stopped = await run(folder, "SELECT 1 FROM notes", AbortSignal.abort());
        expect([stopped.code, stopped.error?.message]).toEqual([130, "interrupted"]);
        expect(cached(folder)).toEqual([]);
        const wrong = async (sql: string): Promise<string | undefined> => {
            changeProject(folder, { "queries/volumes/notes.sql": sql });
            return (await run(folder, "SELECT 1 FROM notes")).error?.details[0];
        };
        const file = "queries/volumes/notes.sql";
        expect(await wrong("-- Large: 5\nINSERT INTO notes (body) VALUES ('x');\n")).toBe(
            `${file}:2: does not say which rows it inserts`,
        );
        expect(await wrong("-- Large: many\nSELECT 1;\n")).toBe(`${file}:1: is not a number of rows`);
        expect(await wrong("SELECT :count;\n")).toBe(`${file}:1: the parameter ':count' has no value`);
        changeProject(folder, { "queries/volumes/notes.sql": undefined });
        expect((await run(folder, "SELECT 1 FROM notes")).error?.message).toBe(
            "queries/volumes/ contains no SQL files",
        );
        expect(existsSync(path.join(folder, "local.db"))).toBe(false);
    });
});
