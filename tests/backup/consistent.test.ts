import { readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { createClient } from "@libsql/client";
import Database from "libsql";
import { describe, expect, test } from "vitest";
import { findSqld, startSqld } from "../../src/server/sqld.ts";
import { readValue } from "../support/contents.ts";
import { makeFolder } from "../support/project.ts";
import { startProxy } from "../support/proxy.ts";
import { createKeyPair, mintToken } from "../support/tokens.ts";
import { backupHere, readManifest, restoreHere, takeBackup } from "./running.ts";

/** Two tables that always hold the same numbers, and stand apart in a backup. */
const pairs = `
    CREATE TABLE first_one (id INTEGER PRIMARY KEY, v TEXT);
    CREATE TABLE filler (id INTEGER PRIMARY KEY, v TEXT);
    CREATE TABLE last_one (id INTEGER PRIMARY KEY, v TEXT);
    INSERT INTO filler SELECT value, hex(randomblob(200)) FROM generate_series(1, 1500);
    INSERT INTO first_one SELECT value, hex(randomblob(20)) FROM generate_series(1, 1000);
    INSERT INTO last_one SELECT * FROM first_one;`;

function writePair(round: number): string[] {
    const id = 10_000 + round;
    return [
        `INSERT INTO first_one VALUES (${id}, 'new')`,
        `DELETE FROM first_one WHERE id = ${round}`,
        `INSERT INTO last_one VALUES (${id}, 'new')`,
        `DELETE FROM last_one WHERE id = ${round}`,
    ];
}

/** Backs up while `write` runs again and again; gives the backup, and how often it wrote before the end. */
async function backUpBeside(
    url: string,
    write: (round: number) => Promise<boolean>,
): Promise<{ file: string; writes: number }> {
    let isDone = false;
    const backup = takeBackup(url).finally(() => {
        isDone = true;
    });
    let writes = 0;
    for (let round = 1; !isDone; round++) {
        if (await write(round)) writes++;
        await turn();
    }
    return { file: await backup, writes };
}

async function expectWhole(file: string): Promise<void> {
    const { tables, views } = await readManifest(file);
    const hashes = tables.filter(({ name }) => name !== "filler").map(({ rows, sha256 }) => ({ rows, sha256 }));
    expect(hashes[0]).toEqual(hashes[1]);
    expect(views).toBe(1);
}

describe("a backup beside a writer", () => {
    test.each([
        ["with a write-ahead log, in which the writer goes on", "wal", true],
        ["with a rollback journal, in which the writer waits", "delete", false],
    ])("is of one moment: a file %s", async (_, mode, goesOn) => {
        const file = path.join(makeFolder(), "busy.db");
        const writer = new Database(file, { timeout: 0 });
        writer.exec(`PRAGMA journal_mode = ${mode}; ${pairs}`);
        const { file: backup, writes } = await backUpBeside(`file:${file}`, async (round) => {
            try {
                writer.exec(`BEGIN IMMEDIATE; ${writePair(round).join("; ")}; COMMIT`);
                return true;
            } catch {
                if (writer.inTransaction) writer.exec("ROLLBACK");
                return false;
            }
        });
        writer.close();
        await expectWhole(backup);
        if (goesOn) expect(writes).toBeGreaterThan(5);
    });

    test.skipIf(findSqld() === undefined)("a backup of a server that is written to is of one moment", async () => {
        const server = await startSqld({ directory: makeFolder() });
        try {
            const client = createClient({ url: server.url });
            await client.executeMultiple(pairs);
            const { file, writes } = await backUpBeside(server.url, async (round) => {
                await client.batch(writePair(round), "write");
                return true;
            });
            await expectWhole(file);
            expect(writes).toBeGreaterThan(5);
        } finally {
            await server.stop();
        }
    });
});

describe.skipIf(findSqld() === undefined)("a backup of a server that ends read transactions", () => {
    async function withProxy(
        hook: (n: number) => "drop" | undefined,
        body: (url: string) => Promise<void>,
    ): Promise<void> {
        const server = await startSqld({ directory: makeFolder() });
        const proxy = await startProxy(server.url);
        try {
            const client = createClient({ url: server.url });
            await client.executeMultiple(pairs);
            proxy.hooks.onRequest = hook;
            await body(proxy.url);
        } finally {
            await proxy.close();
            await server.stop();
        }
    }

    test("a backup whose transaction ends starts again, and is of one moment", async () => {
        let isDropped = false;
        const dropOnce = (n: number): "drop" | undefined => {
            if (n < 12 || isDropped) return undefined;
            isDropped = true;
            return "drop";
        };
        await withProxy(dropOnce, async (url) => {
            const folder = makeFolder();
            const ran = await backupHere({ url, args: [folder] });
            expect([ran.code, ran.stderr]).toEqual([
                0,
                expect.stringContaining("Waiting: the server ended the read transaction; the backup starts again\n"),
            ]);
            const [name = "", ...others] = readdirSync(folder);
            expect(others).toEqual([]);
            await expectWhole(path.join(folder, name));
        });
    });

    test("fails after three of them, and leaves no file", async () => {
        await withProxy(
            (n) => (n % 9 === 0 ? "drop" : undefined),
            async (url) => {
                const folder = makeFolder();
                const ran = await backupHere({ url, args: [folder] });
                expect([ran.code, ran.error?.message]).toEqual([
                    1,
                    `${url} ended each of 3 read transactions before everything was read`,
                ]);
                expect(ran.stderr).toContain(
                    "\nNo backup was kept: rows from different moments might not fit together.\n",
                );
                expect(readdirSync(folder)).toEqual([]);
            },
        );
    });
});

test.skipIf(findSqld() === undefined)("a read-only token is enough for a backup, and not for a restore", async () => {
    const folder = makeFolder();
    const key = createKeyPair();
    const jwtPublicKeyFile = path.join(folder, "key.pem");
    writeFileSync(jwtPublicKeyFile, key.publicPem);
    const server = await startSqld({ directory: path.join(folder, "data"), jwtPublicKeyFile });
    try {
        const client = createClient({ url: server.url, authToken: mintToken(key, { access: "rw" }) });
        await client.executeMultiple(`${pairs}; PRAGMA user_version = 5`);
        const TURSO_AUTH_TOKEN_RO = mintToken(key, { access: "ro" });
        const file = await takeBackup(server.url, {}, { env: { TURSO_AUTH_TOKEN_RO } });
        expect((await readManifest(file)).userVersion).toBe(5);
        const env = { TURSO_AUTH_TOKEN: TURSO_AUTH_TOKEN_RO };
        const ran = await restoreHere({ url: server.url, args: [file], env }, { replace: true, yes: true });
        expect([ran.code, ran.error?.code]).toEqual([2, "token-read-only"]);
        expect(await readValue(client, "SELECT count(*) FROM first_one")).toBe(1_000);
    } finally {
        await server.stop();
    }
});
