import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { createClient } from "@libsql/client";
import { generateIdentity, identityToRecipient } from "age-encryption";
import { beforeAll, describe, expect, test } from "vitest";
import { checkBackup } from "../../src/backup/restore/check.ts";
import { readBackup } from "../../src/backup/restore/read.ts";
import { AppError } from "../../src/errors.ts";
import { readRows } from "../support/contents.ts";
import { makeFolder } from "../support/project.ts";
import { restoreHere, takeBackup } from "./running.ts";
import { zoo } from "./zoo.ts";

const folder = makeFolder();
const places = 200;
let identity = "";
let plain: Buffer;
let encrypted: Buffer;

beforeAll(async () => {
    identity = await generateIdentity();
    const url = `file:${path.join(folder, "zoo.db")}`;
    const client = createClient({ url });
    await client.migrate([...zoo]);
    client.close();
    plain = readFileSync(await takeBackup(url));
    const env = { TURSO_BACKUP_RECIPIENT: await identityToRecipient(identity) };
    encrypted = readFileSync(await takeBackup(url, {}, { env }));
});

/** How the check of these bytes ends: the code of its error, or `whole`. */
async function checkBytes(bytes: Buffer): Promise<string> {
    const file = path.join(folder, "changed");
    writeFileSync(file, bytes);
    try {
        await checkBackup(
            readBackup({ path: file, label: "changed", identities: async () => [identity] }),
            () => undefined,
        );
        return "whole";
    } catch (error) {
        if (!(error instanceof AppError)) throw error;
        return error.code;
    }
}

describe.each([
    ["a backup", () => plain],
    ["an encrypted backup", () => encrypted],
])("%s", (_, original) => {
    test(`is whole as it is, and refused with any byte changed, at ${places} places`, async () => {
        expect(await checkBytes(original())).toBe("whole");
        const endings = new Set<string>();
        for (let place = 0; place < places; place++) {
            const bytes = Buffer.from(original());
            const at = Math.floor((place * (bytes.length - 1)) / (places - 1));
            bytes[at] = (bytes[at] ?? 0) ^ (1 << (place % 8));
            const ending = await checkBytes(bytes);
            expect([at, ending]).toEqual([at, expect.stringMatching(/^(corrupt|invalid-input)$/)]);
            endings.add(ending);
        }
        expect(endings).toContain("corrupt");
    });

    test("is refused when it is cut off anywhere, and with bytes behind it", async () => {
        const bytes = original();
        for (let cut = 1; cut < bytes.length; cut += Math.floor(bytes.length / 20)) {
            expect(await checkBytes(bytes.subarray(0, cut))).toMatch(/^(corrupt|invalid-input)$/);
        }
        expect(await checkBytes(bytes.subarray(0, -1))).toBe("corrupt");
        expect(await checkBytes(Buffer.concat([bytes, Buffer.from("\n")]))).toBe("corrupt");
        expect(await checkBytes(Buffer.concat([bytes, bytes]))).toMatch(/^(corrupt|invalid-input)$/);
    });
});

/** Restores these bytes into a new database, which must stay away or empty. */
async function restoreBytes(bytes: Buffer | string): Promise<{ code: number; stderr: string }> {
    const file = path.join(folder, "given");
    writeFileSync(file, bytes);
    const database = path.join(makeFolder(), "empty.db");
    const ran = await restoreHere({ url: `file:${database}`, args: [file] });
    expect(existsSync(database)).toBe(false);
    return ran;
}

describe("db:restore", () => {
    test("writes nothing of a damaged backup into the database, and says what it is", async () => {
        const changed = Buffer.from(plain);
        changed[changed.length >> 1] = (changed[changed.length >> 1] ?? 0) ^ 4;
        const { code, stderr } = await restoreBytes(changed);
        expect([code, stderr]).toEqual([1, expect.stringContaining("error: the backup is damaged: ")]);
        expect(stderr).toContain("\nNothing was restored. The database is as it was.\n");
    });

    test("leaves a database that was there as it was", async () => {
        const url = `file:${path.join(makeFolder(), "full.db")}`;
        const client = createClient({ url });
        await client.execute("CREATE TABLE t AS SELECT 1 AS a");
        const file = path.join(folder, "short");
        writeFileSync(file, plain.subarray(0, -200));
        const ran = await restoreHere({ url, args: [file] }, { replace: true, yes: true });
        expect([ran.code, ran.stderr]).toEqual([1, expect.stringContaining("the backup is damaged")]);
        expect(await readRows(client, "SELECT * FROM t")).toEqual([{ a: 1 }]);
    });

    test.each([
        ["an empty file", "", "is not a backup"],
        ["some text", "Hello\n", "name a file that db:backup wrote"],
        ["the SQL of a backup", "-- SQL backup, format 1\nBEGIN;", "it is plain SQL"],
        ["another gzip file", gzipSync(`SELECT 1;\n${randomBytes(500).toString("hex")}`), "is not a backup"],
        ["a database", Buffer.from("SQLite format 3\0 and so on"), "it is a database, not a backup"],
    ])("refuses %s by name", async (_, bytes, message) => {
        const { code, stderr } = await restoreBytes(bytes);
        expect([code, stderr]).toEqual([1, expect.stringContaining(message)]);
        expect(stderr).toMatch(/^error: '\S+given' is not a backup\n/);
    });

    test("refuses a backup of a format that comes after its own", async () => {
        const newer = gunzipSync(plain).toString("latin1").replace("format 1\n", "format 2\n");
        const { code, stderr } = await restoreBytes(gzipSync(Buffer.from(newer, "latin1")));
        expect(code).toBe(1);
        expect(stderr).toMatch(/^error: '\S+given' is a backup of format 2, and this version reads 1\n/);
    });

    test("refuses a file that is not there, and a folder", async () => {
        const url = `file:${path.join(makeFolder(), "empty.db")}`;
        const missing = await restoreHere({ url, args: ["missing.sql.gz"] });
        expect([missing.code, missing.stderr]).toEqual([
            2,
            expect.stringContaining("error: cannot read 'missing.sql.gz': there is no such file\n"),
        ]);
        // The database is not what is wrong.
        const full = await restoreHere({ url: `file:${path.join(folder, "zoo.db")}`, args: ["missing.sql.gz"] });
        expect([full.code, full.stderr]).toEqual([missing.code, missing.stderr]);
        const ran = await restoreHere({ url, args: [folder] });
        expect([ran.code, ran.stderr]).toEqual([2, expect.stringContaining("it is a folder")]);
    });
});

describe("an encrypted backup", () => {
    const restoreEncrypted = async (env: Record<string, string>, json = false) => {
        const file = path.join(folder, "locked.sql.gz.age");
        writeFileSync(file, encrypted);
        const database = path.join(makeFolder(), "copy.db");
        const ran = await restoreHere({ url: `file:${database}`, args: [file], env, json });
        return { ...ran, made: existsSync(database) };
    };

    test("comes back with the key, given as it is or in a file", async () => {
        const keyFile = path.join(folder, "key.txt");
        writeFileSync(keyFile, `# created: some time\n# public key: age1…\n${identity}\n`);
        for (const value of [identity, keyFile]) {
            const ran = await restoreEncrypted({ TURSO_BACKUP_IDENTITY: value });
            expect([ran.stderr, ran.code]).toEqual(["", 0]);
        }
    });

    test.each([
        ["no key", async () => ({}), "the backup is encrypted, and TURSO_BACKUP_IDENTITY is not set"],
        [
            "another key",
            async () => ({ TURSO_BACKUP_IDENTITY: await generateIdentity() }),
            "the backup is encrypted to another key",
        ],
        [
            "what is no key",
            async () => ({ TURSO_BACKUP_IDENTITY: "AGE-SECRET-KEY-1NONSENSE" }),
            "TURSO_BACKUP_IDENTITY does not hold a secret key of age",
        ],
        [
            "a key file that is not there",
            async () => ({ TURSO_BACKUP_IDENTITY: "no/such/key.txt" }),
            "the key file of TURSO_BACKUP_IDENTITY cannot be read (there is no such file)",
        ],
        ["an empty key", async () => ({ TURSO_BACKUP_IDENTITY: "" }), "TURSO_BACKUP_IDENTITY is set but empty"],
    ])("stays closed with %s, and no database is made", async (_, env, message) => {
        const variables: Record<string, string> = await env();
        const ran = await restoreEncrypted(variables);
        expect([ran.stderr.split("\n")[0], ran.made]).toEqual([`error: ${message}`, false]);
        const secret = variables.TURSO_BACKUP_IDENTITY ?? "";
        expect(secret.startsWith("AGE") && ran.stderr.includes(secret)).toBe(false);
    });
});
