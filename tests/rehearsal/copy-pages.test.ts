import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import nodePath from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type Client, createClient } from "@libsql/client";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type CopyReport, copyDatabase } from "../../src/rehearsal/copy.ts";
import { findSqld, startSqld } from "../../src/server/sqld.ts";
import { createDeployedProject, type TestProject } from "../support/deployed.ts";
import { foreign } from "../support/foreign.ts";
import { writeProject } from "../support/project.ts";
import { describeTargets } from "../support/targets.ts";
import { rehearseHere } from "./rehearsing.ts";

const queries = [
    "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY rowid",
    "SELECT id, kind, made FROM kinds ORDER BY id",
    "SELECT rowid, hex(name), hex(raw) FROM names ORDER BY rowid",
];

describe("a copy of a file that VACUUM INTO does not copy", () => {
    let folder: string;
    let source: Client;
    beforeEach(() => {
        folder = mkdtempSync(nodePath.join(tmpdir(), "copy-test-"));
        source = open("source.db");
    });
    afterEach(() => {
        source.close();
        rmSync(folder, { recursive: true, force: true });
    });

    function open(name: string): Client {
        return createClient({ url: pathToFileURL(nodePath.join(folder, name)).href });
    }

    async function make(options: { sample?: number; signal?: AbortSignal } = {}): Promise<CopyReport> {
        const path = nodePath.join(folder, "source.db");
        return copyDatabase(
            { kind: "file", path, label: "source.db", local: true },
            nodePath.join(folder, "copy.db"),
            options,
        );
    }

    async function readAll(client: Client): Promise<unknown[]> {
        const answers = [];
        for (const sql of queries) answers.push((await client.execute(sql)).rows.map((row) => Array.from(row)));
        return answers;
    }

    test("is made page by page, equal in everything, and says how long writers waited", async () => {
        await source.executeMultiple(foreign);
        const never = nodePath.join(folder, "never.db");
        await expect(source.execute({ sql: "VACUUM INTO ?", args: [never] })).rejects.toThrow();
        const before = await readAll(source);
        const bytes = readFileSync(nodePath.join(folder, "source.db"));
        const { rows, tables, views, notes } = await make();
        expect([rows, tables, views]).toEqual([3002, 2, 1]);
        expect(notes).toEqual([
            expect.stringMatching(
                /^The file was copied page by page, because VACUUM INTO failed: .+\. Writers waited for up to \d+ ms\.$/,
            ),
        ]);
        const copy = open("copy.db");
        expect(await readAll(copy)).toEqual(before);
        expect((await copy.execute("PRAGMA integrity_check(5)")).rows.map((row) => row[0])).toEqual(["ok"]);
        copy.close();
        expect(readFileSync(nodePath.join(folder, "source.db")).equals(bytes)).toBe(true);
    });

    test("holds what only the write-ahead log has, and not what a writer has not committed", async () => {
        await source.executeMultiple(`PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0;\n${foreign}`);
        const before = await readAll(source);
        const writer = open("source.db");
        const transaction = await writer.transaction("write");
        await transaction.execute("DELETE FROM kinds WHERE id <= 1000");
        const { notes } = await make();
        await transaction.commit();
        writer.close();
        expect(notes).toEqual([expect.stringMatching(/ Writers did not wait\.$/)]);
        const copy = open("copy.db");
        expect(await readAll(copy)).toEqual(before);
        copy.close();
    });

    test("can be a sample, and fills a file of its user that is there and empty", async () => {
        await source.executeMultiple(foreign);
        writeFileSync(nodePath.join(folder, "copy.db"), "", { mode: 0o600 });
        expect((await make({ sample: 10 })).rows).toBe(10 + 2);
        expect(statSync(nodePath.join(folder, "copy.db")).mode & 0o777).toBe(0o600);
        const copy = open("copy.db");
        const ids = (await copy.execute("SELECT id FROM kinds ORDER BY id")).rows.map(({ id }) => id);
        expect(ids).toEqual([1, 2, 3, 4, 5, 2996, 2997, 2998, 2999, 3000]);
        copy.close();
    });

    test("ends on Ctrl-C", async () => {
        await source.executeMultiple(foreign);
        await expect(make({ signal: AbortSignal.abort() })).rejects.toThrow("interrupted");
        await expect(readAll(source)).resolves.toHaveLength(queries.length);
    });
});

test.skipIf(findSqld() === undefined)(
    "a copy of a server has such tables in the form that can be created",
    async () => {
        const directory = mkdtempSync(nodePath.join(tmpdir(), "copy-test-"));
        const data = nodePath.join(directory, "dbs", "default");
        mkdirSync(data, { recursive: true });
        const made = createClient({ url: pathToFileURL(nodePath.join(data, "data")).href });
        await made.executeMultiple(foreign);
        made.close();
        const server = await startSqld({ directory });
        const copy = nodePath.join(directory, "copy.db");
        try {
            const target = { kind: "server", url: server.url, label: "sqld", host: "127.0.0.1", local: true } as const;
            const { rows, notes } = await copyDatabase(target, copy);
            expect([rows, notes]).toEqual([
                3002,
                [
                    "The copy has the table 'kinds' with 'a' in single quotes: no such column: a.",
                    "The copy has the table 'names' without COLLATE german: no such collation sequence: german.",
                    "The copy has the index 'idx_kinds_some' with 'x' in single quotes: no such column: x.",
                ],
            ]);
        } finally {
            await server.stop();
            rmSync(directory, { recursive: true, force: true });
        }
    },
);

describeTargets("a rehearsal of a file that VACUUM INTO does not copy", (target) => {
    test.runIf(target.name === "file:")("runs the files on it", async () => {
        const files = {
            "migrations/001.do.create-notes.sql": "CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT) STRICT;",
        };
        const project: TestProject = await createDeployedProject(target, writeProject(files));
        await project.client.executeMultiple(foreign);
        const bytes = readFileSync(fileURLToPath(project.database.url));
        const pending = { ...files, "migrations/002.do.add-title.sql": "ALTER TABLE notes ADD COLUMN title TEXT;" };
        const { code, stdout, stderr } = await rehearseHere({ ...project, root: writeProject(pending) });
        expect([code, stderr]).toEqual([0, expect.stringContaining("The file was copied page by page")]);
        expect(stdout).toMatch(/Rehearsed 1 migration up to version 2 in [\d,]+ ms: nothing was found\./);
        expect(readFileSync(fileURLToPath(project.database.url)).equals(bytes)).toBe(true);
    });
});
