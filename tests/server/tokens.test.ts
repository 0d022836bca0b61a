import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { type Client, createClient } from "@libsql/client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findSqld, type Sqld, startSqld } from "../../src/server/sqld.ts";
import { createKeyPair, mintToken } from "../support/tokens.ts";

const binary = findSqld();
const HOUR = 3_600_000;

describe.skipIf(binary === undefined)(binary === undefined ? "sqld (no binary here)" : "sqld with a key", () => {
    const key = createKeyPair();
    let directory: string;
    let server: Sqld;

    beforeAll(async () => {
        directory = await mkdtemp(path.join(tmpdir(), "tokens-test-"));
        const jwtPublicKeyFile = path.join(directory, "key.pem");
        await writeFile(jwtPublicKeyFile, key.publicPem);
        server = await startSqld({ directory: path.join(directory, "data"), jwtPublicKeyFile });
        await connect(mintToken(key, { access: "rw" })).execute("CREATE TABLE t (a)");
    });

    afterAll(async () => {
        await server.stop();
        await rm(directory, { recursive: true, force: true });
    });

    function connect(authToken?: string): Client {
        return createClient(authToken === undefined ? { url: server.url } : { url: server.url, authToken });
    }

    async function countTables(): Promise<number> {
        const { rows } = await connect(mintToken(key, { access: "ro" })).execute("SELECT name FROM sqlite_schema");
        return rows.length;
    }

    test("lets a read-write token write, also one that says when it begins and ends", async () => {
        const now = Date.now();
        const token = mintToken(key, {
            access: "rw",
            issuedAt: new Date(now),
            expiresAt: new Date(now + HOUR),
        });
        const client = connect(token);
        await client.executeMultiple("CREATE TABLE extra (a); DROP TABLE extra;");
        expect(await countTables()).toBe(1);
    });

    test("lets a read-only token read and refuses its writes with 403", async () => {
        const client = connect(mintToken(key, { access: "ro" }));
        expect((await client.execute("SELECT count(*) AS n FROM t")).rows[0]?.n).toBe(0);
        await expect(client.execute("CREATE TABLE refused (a)")).rejects.toThrow("403");
        expect(await countTables()).toBe(1);
    });

    test.each([
        ["no token", undefined],
        ["an expired token", mintToken(key, { access: "rw", expiresAt: new Date(Date.now() - HOUR) })],
        ["a token of another key", mintToken(createKeyPair(), { access: "rw" })],
        ["a token that is none", "abc"],
    ])("refuses %s with 401", async (_name, token) => {
        await expect(connect(token).execute("CREATE TABLE refused (a)")).rejects.toThrow("401");
        expect(await countTables()).toBe(1);
    });
});
