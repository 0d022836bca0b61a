import { beforeEach, expect, test } from "vitest";
import type { Connection } from "../../src/database/connection.ts";
import { runCommand } from "../support/command.ts";
import { readRows } from "../support/contents.ts";
import { createDeployedDatabase, openTestConnection } from "../support/deployed.ts";
import { runScript } from "../support/here.ts";
import { describeTargets, type TestDatabase } from "../support/targets.ts";
import { killAndContinue } from "./kills.ts";
import {
    copySearch,
    createSearchDatabase,
    createWordEncoder,
    questions,
    startEmbeddingServer,
    sync,
} from "./searching.ts";

/** What a finished sync leaves; times aside. */
const selectVectors = `SELECT question_id, model, dimensions, content_hash, hex(vectors.vector) AS vector, hex(searched.vector) AS searched
        FROM question_vectors AS vectors FULL JOIN question_search_vectors AS searched USING (question_id) ORDER BY question_id`;

describeTargets("a sync", (target) => {
    let database: TestDatabase;
    let connection: Connection;

    beforeEach(async () => {
        database = await createSearchDatabase(target);
        connection = await openTestConnection(database);
        return () => connection.close();
    });

    const run = (sql: string): Promise<unknown> => database.client.executeMultiple(sql);
    const read = (): Promise<unknown[]> => readRows(database.client, selectVectors);

    test("embeds each question once, and then nothing", async () => {
        const first = await sync(connection, [createWordEncoder()]);
        expect(first).toMatchObject({ texts: questions.length, embedded: questions.length, removed: 0 });
        const before = await read();
        const encoder = createWordEncoder();
        const written = connection.cost.rowsWritten;
        expect(await sync(connection, [encoder])).toMatchObject({ texts: questions.length, embedded: 0, removed: 0 });
        expect([encoder.texts, connection.cost.rowsWritten - written]).toEqual([[], 0]);
        expect(await read()).toEqual(before);
    });

    test("embeds what changed, and removes what is gone or not active", async () => {
        await sync(connection, [createWordEncoder()]);
        await run(
            `UPDATE questions SET question = question || ' Really?' WHERE id IN ('q-1', 'q-2', 'q-3');
            UPDATE questions SET answer = 'Another answer.' WHERE id = 'q-4';
            DELETE FROM questions WHERE id IN ('q-5', 'q-6');
            UPDATE questions SET status = 'flagged' WHERE id = 'q-7';`,
        );
        const encoder = createWordEncoder();
        const again = await sync(connection, [encoder]);
        expect(again).toMatchObject({ changed: 3, embedded: 3, removed: 3 });
        expect(encoder.texts.every((text) => text.endsWith("Really?"))).toBe(true);
        expect(await read()).toHaveLength(questions.length - 3);
    });

    test("keeps the vectors of one encoder apart from those of another, and embeds all again", async () => {
        await sync(connection, [createWordEncoder()]);
        const other = createWordEncoder("words/2/16", 16);
        expect(await sync(connection, [other])).toMatchObject({
            otherModel: questions.length,
            embedded: questions.length,
        });
        const models = await readRows(database.client, "SELECT DISTINCT model, dimensions FROM question_vectors");
        expect(models).toEqual([{ model: "words/2/16", dimensions: 16 }]);
    });

    test("compares a search with the mean of a long text and its opening, and other texts with the whole", async () => {
        await run("UPDATE questions SET question = 'Why?' WHERE id = 'q-1'");
        const encoder = { ...createWordEncoder(), opening: 20 };
        await sync(connection, [encoder]);
        expect(encoder.texts.filter((text) => text.length === 20)).toHaveLength(questions.length - 1);
        const rows = await readRows(
            database.client,
            `SELECT question_id AS id, searched.vector IS NULL AS is_short, vectors.vector IS searched.vector AS is_same
                FROM question_vectors AS vectors JOIN question_search_vectors AS searched USING (question_id)`,
        );
        expect(rows.filter(({ is_short }) => is_short === 1).map(({ id }) => id)).toEqual(["q-1"]);
        expect(rows.filter(({ is_same }) => is_same === 1)).toEqual([]);
    });

    test("takes a channel, a limit, and --force", async () => {
        expect(await sync(connection, [createWordEncoder()], { channel: "sre" })).toMatchObject({
            texts: 10,
            embedded: 10,
        });
        expect(await sync(connection, [createWordEncoder()], { limit: 7 })).toMatchObject({ embedded: 7, later: 23 });
        expect(await sync(connection, [createWordEncoder()])).toMatchObject({ embedded: 23, later: 0 });
        expect(await sync(connection, [createWordEncoder()], { force: true, limit: 5 })).toMatchObject({
            embedded: 5,
            later: 35,
        });
    });

    test("gives the same rows with two encoders, and when two syncs run at once", async () => {
        await sync(connection, [createWordEncoder()]);
        const expected = await read();
        await run("DELETE FROM question_vectors");
        await sync(connection, [createWordEncoder(), createWordEncoder()]);
        expect(await read()).toEqual(expected);
        await run("DELETE FROM question_vectors");
        const other = await openTestConnection(database);
        await Promise.all([sync(connection, [createWordEncoder()]), sync(other, [createWordEncoder()])]);
        other.close();
        expect(await read()).toEqual(expected);
    });

    test("of many texts merges the full text, and of a few leaves it in parts", async () => {
        const countParts = (): Promise<unknown> =>
            readRows(database.client, "SELECT count(DISTINCT segid) AS parts FROM questions_search_idx");
        const change = async (count: number): Promise<void> => {
            for (let at = 1; at <= count; at++)
                await run(`UPDATE questions SET question = question || ' Why?' WHERE id = 'q-${at}'`);
        };
        expect(await countParts()).not.toEqual([{ parts: 1 }]);
        await sync(connection, [createWordEncoder()]);
        expect(await countParts()).toEqual([{ parts: 1 }]);
        await run("INSERT INTO questions_search (questions_search, rank) VALUES ('integrity-check', 1)");
        await change(2);
        expect(await sync(connection, [createWordEncoder()])).toMatchObject({ embedded: 2 });
        expect(await countParts()).toEqual([{ parts: 3 }]);
    });

    test("goes on without a text that its encoder refuses, and names it", async () => {
        const server = await startEmbeddingServer();
        server.answer = (input) =>
            input.some((text) => text.includes("case 13 ")) ? { status: 400, body: '{"error":"too long"}' } : undefined;
        const env = { TURSO_DATABASE_URL: database.url, EMBEDDING_URL: server.url, EMBEDDING_MODEL: "words" };
        const { code, stdout, stderr } = await runScript("vector:sync", [], { cwd: copySearch(), env });
        await server.close();
        expect([code, stderr]).toEqual([
            1,
            expect.stringContaining("q-13: the encoder refuses its text (HTTP 400: too long)"),
        ]);
        expect(stdout).toContain("Embedded 39 questions");
        expect(await read()).toHaveLength(39);
    });

    test("refuses options that contradict each other, and a limit of none", async () => {
        const settings = { cwd: copySearch(), env: { TURSO_DATABASE_URL: database.url } };
        expect(await runScript("vector:sync", ["--force", "--mode", "incremental"], settings)).toMatchObject({
            code: 2,
        });
        expect(await runScript("vector:sync", ["--limit", "0"], settings)).toMatchObject({ code: 2 });
    });

    test("in a database without the search names the command that installs it", async () => {
        const plain = await createDeployedDatabase(target);
        const env = { TURSO_DATABASE_URL: plain.url };
        const { code, stderr } = await runCommand("vector:sync", [], { cwd: copySearch(), env });
        expect(code).toBe(2);
        expect(stderr).toContain("hint: install it with `pnpm vector:init`");
    });

    test("that was killed is continued by the next one, to the same rows", () => killAndContinue(target, 4));
});
