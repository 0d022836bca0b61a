import { execFileSync, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { beforeEach, expect, test } from "vitest";
import { searchSite } from "../../app/search.ts";
import { initSearch } from "../../src/cli/vector/init.ts";
import { searchQuestions } from "../../src/cli/vector/search.ts";
import { listSimilar } from "../../src/cli/vector/similar.ts";
import { showVectorStatistics } from "../../src/cli/vector/stats.ts";
import type { Connection } from "../../src/database/connection.ts";
import type { Encoder } from "../../src/search/encoders/encoder.ts";
import { type Found, marks, type SearchResult, search } from "../../src/search/rank.ts";
import { readSearch, readSearchStatements } from "../../src/search/site.ts";
import { createDeployedDatabase, openTestConnection, root } from "../support/deployed.ts";
import { type Ran, runHere, runScript } from "../support/here.ts";
import { makeFolder } from "../support/project.ts";
import { describeTargets, type TestDatabase } from "../support/targets.ts";
import { copySearch, createSearchDatabase, createWordEncoder, startEmbeddingServer, sync } from "./searching.ts";

const statements = await readSearchStatements(root, searchSite);
const noFilter = { channel: null, difficulty: null, company: null };

describeTargets("a search", (target) => {
    let database: TestDatabase;
    let connection: Connection;

    beforeEach(async () => {
        database = await createSearchDatabase(target);
        connection = await openTestConnection(database);
        return () => connection.close();
    });

    const find = (text: string, encoder?: Encoder, filters = {}): Promise<SearchResult> =>
        search(connection, statements, { text, encoder, limit: 10, filters: { ...noFilter, ...filters } });
    const idsOf = ({ found }: SearchResult): string[] => found.map(({ id }: Found) => id);

    test("finds by stems, marks what matches, and needs one request", async () => {
        const before = connection.cost.requests;
        const { found, corrections } = await find("replicating lags");
        expect(connection.cost.requests - before).toBe(target.name === "sqld" ? 1 : 0);
        expect(corrections).toEqual({});
        expect(found.map(({ id }) => id).sort()).toEqual(["q-12", "q-2", "q-22", "q-32"]);
        expect(found[0]).toMatchObject({ words: 1, similarity: null });
        const [, number] = found[0]?.id.split("-") ?? [];
        expect(found[0]?.text.replaceAll(marks.begin, "<").replaceAll(marks.end, ">")).toBe(
            `How does <replication> case ${number} behave under <lag>?`,
        );
    });

    test("corrects words that the index lacks, and no others", async () => {
        const cases = [
            ["kuberntes", "kubernetes"],
            ["certficate", "certificate"],
            ["lgg", undefined],
            ["stampeed", "stampede"],
            ["mutxe", "mutex"],
            ["acessibility", "accessibility"],
            ["qqqqqqqq", undefined],
            ["caching", undefined],
        ] as const;
        for (const [typed, term] of cases) {
            const { corrections } = await find(`${typed} keyboard`);
            expect([typed, corrections]).toEqual([typed, term === undefined ? {} : { [typed]: term }]);
        }
        expect(idsOf(await find("palindorme"))).toHaveLength(4);
    });

    test("is ordered by the vectors of its encoder, and by those alone", async () => {
        const encoder = createWordEncoder();
        await sync(connection, [encoder]);
        const asked = "How does cache case 31 behave under stampede?";
        expect((await find(asked, encoder)).found[0]).toMatchObject({ id: "q-31" });
        expect((await find(asked, encoder)).found[0]?.similarity).toBeGreaterThan(0.99);
        const other = await find(asked, createWordEncoder("words/2/16", 16));
        expect(other.found.every(({ similarity }) => similarity === null)).toBe(true);
        for (const { similarity, words } of (await find(asked, encoder)).found) {
            expect(similarity).toBeGreaterThanOrEqual(0);
            expect(similarity).toBeLessThanOrEqual(1);
            expect(words).toBeLessThanOrEqual(1);
        }
    });

    test("keeps to a channel, its mappings included, a difficulty and a company", async () => {
        await database.client.executeMultiple(
            `INSERT INTO channel_mappings (channel_id, sub_channel, question_id) VALUES ('mobile', '', 'q-2');
            UPDATE questions SET companies = '["Amazon"]' WHERE id = 'q-12';`,
        );
        expect(idsOf(await find("replication", undefined, { channel: "mobile" }))).toEqual(["q-2"]);
        expect(idsOf(await find("replication", undefined, { company: "Amazon" }))).toEqual(["q-12"]);
        const { found } = await find("replication", undefined, { difficulty: "beginner" });
        expect(found.map(({ labels }) => labels[1])).toEqual(["beginner"]);
        expect(idsOf(await find("replication", undefined, { channel: "nowhere" }))).toEqual([]);
    });

    test("takes any text for words, and refuses one without", async () => {
        for (const text of [
            '"',
            "cache\u0000",
            "a AND (b OR",
            "NEAR(x y)",
            "cache*",
            "question:cache",
            "'; DROP TABLE questions",
            "cafe\u0301 naïve 数据库",
            "x ".repeat(500),
        ]) {
            await find(`${text} cache`);
        }
    });

    test("shows no question that is not active", async () => {
        const encoder = createWordEncoder();
        await sync(connection, [encoder]);
        await database.client.execute("UPDATE questions SET status = 'deleted' WHERE id = 'q-2'");
        expect(idsOf(await find("replication", encoder)).sort()).toEqual(["q-12", "q-22", "q-32"]);
        const similar = await readSearch(connection, statements, "similar", { id: "q-12", limit: 40 });
        expect(similar.map(({ id }) => id)).not.toContain("q-2");
    });

    test("by the vector index finds what the scan finds", async () => {
        const indexed = await createSearchDatabase(target, { index: true });
        const to = await openTestConnection(indexed);
        await sync(to, [createWordEncoder("words/1/512", 512)]);
        for (const id of ["q-1", "q-17"]) {
            const scan = await readSearch(to, statements, "similar", { id, limit: 5 });
            expect(scan).toHaveLength(5);
            expect(await readSearch(to, statements, "similarIndexed", { id, limit: 5 })).toEqual(scan);
        }
        await indexed.client.execute("DELETE FROM question_vectors WHERE question_id = 'q-1'");
        await sync(to, [createWordEncoder("words/2/32", 32)]);
        const left = await indexed.client.execute("SELECT count(*) AS n FROM question_vector_index");
        expect(left.rows[0]?.n).toBe(0);
        to.close();
    });
});

describeTargets("the commands of the search", (target) => {
    let database: TestDatabase;
    const project = copySearch();

    beforeEach(async () => {
        database = await createSearchDatabase(target);
    });

    const run = (action: Parameters<typeof runHere>[0], args: string[], env = {}, json = false): Promise<Ran> =>
        runHere(action, { root: project, url: database.url, args, env, json });

    test("search by words alone where no vector exists or the encoder does not answer, and say so", async () => {
        const server = await startEmbeddingServer();
        const env = { EMBEDDING_URL: server.url, EMBEDDING_MODEL: "words" };
        const bare = await run((context) => searchQuestions(context, {}, searchSite), ["kuberntes", "scheduler"], env);
        expect([bare.code, bare.stdout]).toEqual([0, expect.stringContaining("Corrected: kuberntes → kubernetes")]);
        expect(bare.stderr).toContain("No question found has a vector of words/32, so the words alone decide");
        expect(bare.stdout).toContain("*kubernetes*");
        server.answer = () => ({ status: 401, body: '{"error":{"message":"no such key"}}' });
        const failed = await run((context) => searchQuestions(context, {}, searchSite), ["scheduler"], env);
        await server.close();
        expect(failed.code).toBe(0);
        expect(failed.stderr).toContain("failed: HTTP 401: no such key; the words alone decide (");
        expect(failed.stdout).toContain("Found 4 questions.");
    });

    test("print one document with --json", async () => {
        const server = await startEmbeddingServer();
        const env = { EMBEDDING_URL: server.url, EMBEDDING_MODEL: "words" };
        const ran = await run((context) => searchQuestions(context, { limit: 2 }, searchSite), ["mutex"], env, true);
        await server.close();
        const document = JSON.parse(ran.stdout) as {
            found: { matches: string[]; text: string }[];
            rowsRead: number;
        };
        expect(document.found).toHaveLength(2);
        expect(document.found[0]).toMatchObject({
            matches: ["mutex"],
            text: expect.not.stringContaining("\u0002"),
        });
        if (target.name === "sqld") expect(document.rowsRead).toBeGreaterThan(0);
    });

    test("name the command that installs the search where it is missing", async () => {
        const plain = await createDeployedDatabase(target);
        const settings = { root: project, url: plain.url, args: ["cache"] };
        const env = { EMBEDDING_URL: "http://127.0.0.1:9/v1", EMBEDDING_MODEL: "words", EMBEDDING_DIMENSIONS: "4" };
        const ran = await runHere((context) => listSimilar(context, {}, searchSite), { ...settings, env });
        expect([ran.code, ran.stderr]).toEqual([
            2,
            expect.stringContaining("hint: install it with `pnpm vector:init`"),
        ]);
        expect((await runHere((context) => initSearch(context, { yes: true }, searchSite), settings)).code).toBe(0);
        const stats = await runHere((context) => showVectorStatistics(context, searchSite), { ...settings, env });
        expect(stats.stdout).toContain("Full text: 0 questions");
    });

    test("refuse variables that do not fit together", async () => {
        const cases: [Record<string, string>, string][] = [
            [{ EMBEDDING_MODEL: "x" }, "EMBEDDING_MODEL is set, but EMBEDDING_URL is not"],
            [{ EMBEDDING_URL: "http://127.0.0.1:9" }, "EMBEDDING_URL is set, but EMBEDDING_MODEL is not"],
            [{ EMBEDDING_URL: "nowhere", EMBEDDING_MODEL: "x" }, "EMBEDDING_URL is not an address"],
            [
                { EMBEDDING_URL: "http://me:secret@127.0.0.1:9", EMBEDDING_MODEL: "x" },
                "has a user name or a password in it",
            ],
            [{ EMBEDDING_URL: "" }, "EMBEDDING_URL is set but empty"],
            [
                { EMBEDDING_URL: "http://127.0.0.1:9", EMBEDDING_MODEL: "x", EMBEDDING_DIMENSIONS: "many" },
                "EMBEDDING_DIMENSIONS is not a whole number",
            ],
        ];
        for (const [env, message] of cases) {
            const ran = await run((context) => searchQuestions(context, {}, searchSite), ["cache"], env);
            expect([ran.code, ran.stderr]).toEqual([2, expect.stringContaining(message)]);
        }
    });

    test("give the same answers after a backup and a restore, here, in a file, and of one table", async () => {
        const connection = await openTestConnection(database);
        const encoder = createWordEncoder();
        await sync(connection, [encoder]);
        const request = { text: "kuberntes scheduler", encoder, limit: 10, filters: noFilter };
        const before = await search(connection, statements, request);
        connection.close();
        const file = `${makeFolder()}/backup.sql.gz`;
        expect(
            (await runScript("db:backup", [file], { cwd: project, env: { TURSO_DATABASE_URL: database.url } })).code,
        ).toBe(0);
        const copies = [await target.createDatabase(), { url: `file:${makeFolder()}/restored.db` }];
        for (const copy of copies) {
            const env = { TURSO_DATABASE_URL: copy.url };
            expect((await runScript("db:restore", [file], { cwd: project, env })).code).toBe(0);
            expect((await runScript("db:verify", [], { cwd: project, env })).code).toBe(0);
            const restored = await openTestConnection(copy);
            expect(await search(restored, statements, request)).toEqual(before);
            expect(
                await restored.write([
                    { sql: "INSERT INTO questions_search (questions_search, rank) VALUES ('integrity-check', 1)" },
                ]),
            ).toHaveLength(1);
            restored.close();
        }
        await database.client.execute("DELETE FROM questions WHERE id IN ('q-6', 'q-7')");
        await database.client.execute("UPDATE questions SET question = 'Xylophone?' WHERE id = 'q-16'");
        const one = ["--table", "questions", "--replace", "--yes"];
        const settings = { cwd: project, env: { TURSO_DATABASE_URL: database.url } };
        expect(await runScript("db:restore", [file, ...one], settings)).toMatchObject({ code: 0 });
        const again = await openTestConnection(database);
        expect(await search(again, statements, request)).toEqual(before);
        again.close();
    });
});

const hasSqlite = spawnSync("sqlite3", ["--version"]).status === 0;

describeTargets(hasSqlite ? "stock sqlite3" : "stock sqlite3 (not installed here)", (target) => {
    test.skipIf(!hasSqlite || target.name !== "file:")("opens a file with the search, and counts right", async () => {
        const { url } = await createSearchDatabase(target);
        const connection = await openTestConnection({ url });
        await sync(connection, [createWordEncoder()]);
        connection.close();
        const ask = (sql: string): string =>
            execFileSync("sqlite3", [fileURLToPath(url), sql], { encoding: "utf8" }).trim();
        expect(ask("PRAGMA integrity_check")).toBe("ok");
        expect(ask("SELECT count(*) FROM questions")).toBe("40");
        expect(ask("SELECT count(*) FROM question_vectors")).toBe("40");
        expect(ask("SELECT count(*) FROM questions_search WHERE questions_search MATCH 'replication'")).toBe("4");
        ask("UPDATE questions SET answer = 'xylophone' WHERE id = 'q-1'");
        expect(ask("SELECT count(*) FROM questions_search WHERE questions_search MATCH 'xylophone'")).toBe("1");
    });
});
