import { execFileSync } from "node:child_process";
import { renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createClient } from "@libsql/client";
import { afterAll, describe, expect, test } from "vitest";
import { openFileReader, type ReadingProcesses } from "../../../src/database/file/reading.ts";
import { parseTarget } from "../../../src/database/target.ts";
import { makeFolder } from "../../support/project.ts";

const runaway = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT count(*) FROM c";
const open: ReadingProcesses[] = [];
afterAll(() => {
    for (const reader of open) reader.close();
});

async function makeFile(path: string, statements: readonly string[]): Promise<void> {
    const client = createClient({ url: `file:${path}` });
    await client.batch([...statements], "write");
    client.close();
}

function openReaderOf(path: string): ReadingProcesses {
    const target = parseTarget(`file:${path}`, "the test's URL", undefined, "/");
    if (target.kind !== "file") throw new Error("not a file");
    const reader = openFileReader(target);
    open.push(reader);
    return reader;
}

async function prepare(...statements: readonly string[]): Promise<{ path: string; reader: ReadingProcesses }> {
    const path = join(makeFolder(), "read.db");
    await makeFile(path, ["CREATE TABLE t (id INTEGER PRIMARY KEY, v)", ...statements]);
    return { path, reader: openReaderOf(path) };
}

/** Process ids of the readers of a file. */
function listReaders(path: string): number[] {
    const lines = execFileSync("ps", ["-eo", "pid,args"], { encoding: "utf8" }).split("\n");
    return lines
        .filter((line) => line.includes("reading-process") && line.includes(path))
        .map((line) => Number.parseInt(line, 10));
}

const wait = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

describe("a file that is read in processes of its own", () => {
    test("gives integers beyond 2^53, blobs, NULL, texts and floats as they are", async () => {
        const { reader } = await prepare(
            "INSERT INTO t VALUES (1, 9007199254740993), (2, x'00ff'), (3, NULL), (4, 'é'), (5, 1.5)",
        );
        const [result] = await reader.connect().readAll([{ sql: "SELECT v FROM t ORDER BY id" }]);
        expect(result?.ok && result.rows.map(({ v }) => (v instanceof Uint8Array ? Array.from(v) : v))).toEqual([
            9007199254740993n,
            [0, 255],
            null,
            "é",
            1.5,
        ]);
    });

    test("answers each query alone when one fails, and binds lists and integers", async () => {
        const { reader } = await prepare("INSERT INTO t VALUES (1, 'a'), (2, 'b')");
        const [broken, listed] = await reader
            .connect()
            .readAll([
                { sql: "SELECT absent FROM t" },
                { sql: "SELECT v FROM t WHERE id IN (SELECT value FROM json_each(?))", args: [{ items: [2] }] },
            ]);
        expect(broken).toEqual({ ok: false, message: "no such column: absent" });
        expect(listed).toEqual({ ok: true, columns: ["v"], rows: [{ v: "b" }] });
    });

    test("refuses to write", async () => {
        const { reader, path } = await prepare();
        const insert = { sql: "INSERT INTO t VALUES (1, 1) RETURNING id" };
        await expect(reader.connect().readAll([insert])).rejects.toMatchObject({ kind: "read-only-file" });
        const [count] = await openReaderOf(path)
            .connect()
            .readAll([{ sql: "SELECT count(*) AS n FROM t" }]);
        expect(count).toMatchObject({ ok: true, rows: [{ n: 0 }] });
    });

    test("ends a query at its limit, and its process with it", async () => {
        const { reader, path } = await prepare();
        const started = performance.now();
        await expect(reader.connect(undefined, 700).readAll([{ sql: runaway }])).rejects.toMatchObject({
            variant: "no-answer",
            message: "no answer within 0.7 seconds",
        });
        expect(performance.now() - started).toBeLessThan(2_000);
        await wait(100);
        expect(listReaders(path)).toEqual([]);
        expect(await reader.connect(undefined, 5_000).readAll([{ sql: "SELECT 1 AS a" }])).toMatchObject([
            { ok: true, rows: [{ a: 1 }] },
        ]);
    });

    test("reads on while as many queries as may have a limit run into it, and lets no other wait longer than its limit", async () => {
        const { reader } = await prepare();
        const order: string[] = [];
        const limited = [1, 2, 3].map(async () => {
            await expect(reader.connect(undefined, 3_000).readAll([{ sql: runaway }])).rejects.toThrow("3 seconds");
            order.push("limited");
        });
        const [usual] = await reader.connect().readAll([{ sql: "SELECT 1 AS a" }]);
        order.push("usual");
        await Promise.all(limited);
        expect(usual).toMatchObject({ ok: true, rows: [{ a: 1 }] });
        expect(order).toEqual(["usual", "limited", "limited", "limited"]);
    });

    test("ends a query when it is interrupted", async () => {
        const { reader, path } = await prepare();
        const abort = new AbortController();
        const reading = reader.connect(abort.signal).readAll([{ sql: runaway }]);
        setTimeout(() => abort.abort(), 600);
        await expect(reading).rejects.toMatchObject({ kind: "interrupted" });
        await wait(100);
        expect(listReaders(path)).toEqual([]);
        await expect(reader.connect(abort.signal).readAll([{ sql: "SELECT 1" }])).rejects.toThrow("interrupted");
    });

    test("says so when its process is killed, and reads on in another", async () => {
        const { reader, path } = await prepare();
        const reading = reader.connect().readAll([{ sql: runaway }]);
        const failed = expect(reading).rejects.toThrow("the process that reads the file ended");
        await wait(600);
        for (const pid of listReaders(path)) process.kill(pid, "SIGKILL");
        await failed;
        expect(await reader.connect().readAll([{ sql: "SELECT 1 AS a" }])).toMatchObject([
            { ok: true, rows: [{ a: 1 }] },
        ]);
    });

    test("names a text that is not UTF-8, and fails the whole request as a server does", async () => {
        const { reader } = await prepare("INSERT INTO t VALUES (1, CAST(x'ff41' AS TEXT))");
        const asked = reader.connect().readAll([{ sql: "SELECT 1" }, { sql: "SELECT v FROM t" }]);
        await expect(asked).rejects.toMatchObject({
            message: "the text of 'v' in row 1 of its result is not UTF-8",
            variant: "not-utf8",
        });
        expect(await reader.connect().readAll([{ sql: "SELECT hex(v) AS v FROM t" }])).toMatchObject([
            { ok: true, rows: [{ v: "FF41" }] },
        ]);
    });

    test("reads a text with a NUL", async () => {
        const { reader } = await prepare("INSERT INTO t VALUES (1, CAST(x'610062' AS TEXT))");
        const [result] = await reader.connect().readAll([{ sql: "SELECT v, length(CAST(v AS BLOB)) AS n FROM t" }]);
        expect(result?.ok && result.rows[0]?.n).toBe(3);
    });

    test("refuses an answer larger than 10 MB, and keeps none of it while it is read", async () => {
        const { reader } = await prepare();
        const connection = reader.connect();
        // 4 GB in all.
        const many = "SELECT zeroblob(4000000) AS b FROM generate_series(1, 1000)";
        const [large, rows, small] = await connection.readAll([
            { sql: "SELECT zeroblob(20000000) AS b" },
            { sql: many },
            { sql: "SELECT 1 AS a" },
        ]);
        expect(large?.ok === false && large.message).toContain("larger than 10 MB");
        expect(rows?.ok === false && rows.message).toContain("larger than 10 MB");
        expect(small?.ok).toBe(true);
    });

    test("names the columns in their order, of an empty answer too", async () => {
        const { reader } = await prepare();
        const results = await reader
            .connect()
            .readAll([{ sql: 'SELECT 1 AS b, 2 AS "10", 3 AS "2"' }, { sql: "SELECT v, id FROM t" }]);
        expect(results.map((result) => result.ok && result.columns)).toEqual([
            ["b", "10", "2"],
            ["v", "id"],
        ]);
    });

    test("reads a file that was replaced as it is now", async () => {
        const { reader, path } = await prepare("INSERT INTO t VALUES (1, 'old')");
        const query = { sql: "SELECT v FROM t" };
        expect(await reader.connect().readAll([query])).toMatchObject([{ ok: true, rows: [{ v: "old" }] }]);
        await makeFile(`${path}.new`, ["CREATE TABLE t (v)", "INSERT INTO t VALUES ('new')"]);
        for (const rest of ["-wal", "-shm"]) rmSync(`${path}${rest}`, { force: true });
        renameSync(`${path}.new`, path);
        expect(await reader.connect().readAll([query])).toMatchObject([{ ok: true, rows: [{ v: "new" }] }]);
    });

    test("refuses a file that does not exist, and creates none", async () => {
        const path = join(makeFolder(), "none.db");
        await expect(
            openReaderOf(path)
                .connect()
                .readAll([{ sql: "SELECT 1" }]),
        ).rejects.toMatchObject({ kind: "cannot-open" });
        await expect(
            openReaderOf(path)
                .connect()
                .readAll([{ sql: "SELECT 1" }]),
        ).rejects.toThrow("no such file");
    });

    test("answers twenty reads at once, each with its own rows", async () => {
        const { reader } = await prepare();
        const asked = Array.from({ length: 20 }, (_, at) => reader.connect().readAll([{ sql: `SELECT ${at} AS a` }]));
        const answers = await Promise.all(asked);
        expect(answers.map(([result]) => result?.ok && result.rows[0]?.a)).toEqual(answers.map((_, at) => at));
    });
});
