import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createClient } from "@libsql/client";
import { describe, expect, test } from "vitest";
import { readChecks } from "../../src/doctor/checks.ts";
import { findSqld, startSqld } from "../../src/server/sqld.ts";
import { hashContents } from "../support/contents.ts";
import { deployInto } from "../support/deployed.ts";
import { writeProject } from "../support/project.ts";
import { createKeyPair, mintToken } from "../support/tokens.ts";
import { checkCount, doctor } from "./examining.ts";

const header = "-- Rows that are wrong.\n-- Level: note\n-- Why: They\n--     confuse.\n-- Remedy: Mend them.\n";
const query = "SELECT 1 AS id";

describe("a file of operations/checks/", () => {
    const read = (name: string, text: string) => readChecks(writeProject({ [`operations/checks/${name}`]: text }));

    test("is a query with a title, a level, the reason and the remedy", async () => {
        const [check] = await read("wrong-rows.sql", `${header}${query};\n`);
        expect(check).toEqual({
            name: "wrong-rows",
            path: "operations/checks/wrong-rows.sql",
            level: "note",
            title: "Rows that are wrong",
            why: "They confuse.",
            remedy: "Mend them.",
            isSlow: false,
            set: undefined,
            sql: query,
        });
        const slow = await read("a.sql", `\uFEFF${header}-- Slow: yes\nWITH a AS (SELECT 1) SELECT * FROM a`);
        expect(slow).toMatchObject([{ isSlow: true }]);
    });

    test.each([
        [
            "Wrong_Rows.sql",
            `${header}${query}`,
            "Wrong_Rows.sql:1: is not named as the files of operations/checks/ are",
        ],
        ["a.sql", header, "a.sql:1: has no statement"],
        ["a.sql", `${header}DELETE FROM questions`, "a.sql:6: is not a query"],
        ["a.sql", `${header}WITH a AS (SELECT 1) DELETE FROM users RETURNING id`, "a.sql:6: is not a query"],
        ["a.sql", `${header}${query} LIMIT :most`, "a.sql:6: the parameter ':most' has no value"],
        ["a.sql", `${header}${query};\nDROP TABLE users;`, "a.sql:7: has a second statement"],
        ["a.sql", `${header}${query} || 'open`, "a.sql:6: the literal, name or comment is never closed"],
        ["a.sql", header.replace(/^.*\n/, "") + query, "a.sql:1: does not say what it is"],
        ["a.sql", header.replace("-- Remedy: Mend them.\n", "") + query, "a.sql:1: has no line 'Remedy: …'"],
        ["a.sql", header.replace("note", "fatal") + query, "a.sql:2: the level is none of error, warning, note"],
    ])("%s is refused: %#", async (name, text, problem) => {
        await expect(read(name, text)).rejects.toMatchObject({
            ...{ code: "invalid-files", outcome: "Nothing was examined." },
            details: [`operations/checks/${problem}`, expect.stringMatching(/^ {4}\w/)],
        });
    });
});

describe("db:doctor on a file", () => {
    const folder = (): string => mkdtempSync(path.join(tmpdir(), "doctor-test-"));

    test("names every file that is no check, and examines nothing", async () => {
        const root = writeProject({
            "operations/checks/a.sql": `-- Level: note\n-- Remedy: None.\n${query}`,
            "operations/checks/b.sql": `${header}${query}`,
            "operations/checks/B.sql": `${header}${query}`,
        });
        const { code, error } = await doctor("file:none.db", {}, { root });
        expect([code, error?.code, error?.details, error?.outcome]).toEqual([
            1,
            "invalid-files",
            [
                "operations/checks/B.sql:1: is not named as the files of operations/checks/ are",
                "    name it in lower-case words with hyphens, such as rows-by-name.sql",
                "operations/checks/a.sql:1: does not say what it is",
                "    begin the file with a sentence in a comment",
                "operations/checks/a.sql:1: has no line 'Why: …'",
                "    add a line such as `-- Why: The application shows such a row as it is.`",
            ],
            "Nothing was examined.",
        ]);
    });

    test.each([
        ["where there are no checks", {}, { root: tmpdir() }, "operations/checks/ contains no SQL files"],
        ["a check that does not exist", { check: ["histry"] }, {}, "unknown check 'histry'"],
        ["more examples than anybody reads", { examples: 1001 }, {}, "--examples shows at most 1000 rows"],
    ])("refuses %s", async (_, options, settings, message) => {
        const { code, error } = await doctor("file:none.db", options, settings);
        expect([code, error?.code, error?.message]).toEqual([2, "usage", message]);
    });

    test("does not make a file that is not there", async () => {
        const directory = folder();
        const url = `file:${directory}/none.db`;
        const { code, error } = await doctor(url);
        expect([code, error?.message]).toEqual([2, `${url} does not exist`]);
        expect(() => readFileSync(path.join(directory, "none.db"))).toThrow("ENOENT");
        rmSync(directory, { recursive: true });
    });

    test("lists the checks without a database", async () => {
        const { code, stdout } = await doctor("file:/nowhere/none.db", { list: true });
        expect(code).toBe(0);
        expect(stdout).toMatch(/^audit-times +warning +Tables that do not record when a row\n +was written\n/);
        expect(stdout).toMatch(/\ntables +error +Tables of the schema that are missing\n/);
    });

    test("tells a check that could not be run from one that found nothing", async () => {
        const directory = folder();
        const url = `file:${directory}/a.db`;
        await deployInto({ url });
        const root = writeProject({
            "operations/checks/broken.sql": `${header}SELECT json_extract('{', '$') AS value`,
            "operations/checks/halves.sql": `${header}WITH a AS (SELECT 1) SELECT FROM a`,
        });
        const { code, stdout } = await doctor(url, {}, { root });
        expect(code).toBe(4);
        expect(stdout).toMatch(/\nfailed: broken: malformed JSON\n {4}Query: {2}operations\/checks\/broken\.sql\n/);
        expect(stdout).toMatch(/\nfailed: halves: near "FROM": syntax error\n/);
        expect(stdout).toMatch(/\nNothing found in what could be examined: 0 checks, 2 failed\. /);
        rmSync(directory, { recursive: true });
    });

    test("tells what it can of a damaged file", async () => {
        const directory = folder();
        const file = path.join(directory, "a.db");
        await deployInto({ url: `file:${file}` });
        const client = createClient({ url: `file:${file}` });
        await client.executeMultiple(
            `INSERT INTO bot_runs (bot_name, started_at, status) SELECT printf('%.900c', 'b'), 'now', 'running' FROM generate_series(1, 50);`,
        );
        const [row] = (await client.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'bot_runs'")).rows;
        await client.execute("PRAGMA wal_checkpoint(TRUNCATE)");
        client.close();
        const bytes = readFileSync(file);
        const size = bytes.readUInt16BE(16);
        bytes.fill(0xff, size * (Number(row?.rootpage) - 1), size * Number(row?.rootpage));
        writeFileSync(file, bytes);
        const { code, stdout, stderr } = await doctor(`file:${file}`);
        expect([code, stderr]).toEqual([
            1,
            `error: file:${file} is damaged (database disk image is malformed)\n\nhint: copy the file first, then restore a backup\n`,
        ]);
        expect(stdout).toMatch(/\nfailed: bot-runs-json: .*malformed\n/);
        expect(stdout).toMatch(
            new RegExp(`\\nNothing found in what could be examined: ${checkCount - 5} checks, 5 failed\\. `),
        );
        expect(readFileSync(file).equals(bytes)).toBe(true);
        rmSync(directory, { recursive: true });
    });
});

const binary = findSqld();

describe.skipIf(binary === undefined)(binary === undefined ? "sqld (no binary here)" : "a read-only token", () => {
    test("a read-only token is enough for every check", async () => {
        const directory = mkdtempSync(path.join(tmpdir(), "doctor-test-"));
        const key = createKeyPair();
        const jwtPublicKeyFile = path.join(directory, "key.pem");
        writeFileSync(jwtPublicKeyFile, key.publicPem);
        const server = await startSqld({ directory: path.join(directory, "data"), jwtPublicKeyFile });
        const authToken = mintToken(key, { access: "rw" });
        const readOnly = mintToken(key, { access: "ro" });
        const client = createClient({ url: server.url, authToken });
        try {
            await deployInto({ url: server.url, authToken });
            const before = await hashContents(client);
            const env = { TURSO_DATABASE_URL_RO: server.url, TURSO_AUTH_TOKEN_RO: readOnly };
            const { code, stdout, stderr } = await doctor(server.url, {}, { env });
            expect([code, stderr]).toEqual([0, ""]);
            expect(stdout).toContain(" (reading with the read-only token)\n");
            expect(stdout).toMatch(new RegExp(`\\nNothing found: ${checkCount} checks\\. .* 0 written\\.\\n`));
            expect(await hashContents(client)).toEqual(before);

            const wrong = { TURSO_AUTH_TOKEN: mintToken(createKeyPair(), { access: "ro" }) };
            const refused = await doctor(server.url, {}, { env: wrong });
            expect([refused.code, refused.error?.code]).toEqual([2, "unauthorized"]);
        } finally {
            client.close();
            await server.stop();
            rmSync(directory, { recursive: true, force: true });
        }
    });
});
