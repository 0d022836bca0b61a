import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Connection } from "../../src/database/connection.ts";
import { prepareRestorePoint } from "../../src/migrations/restore-point.ts";
import { emptyState } from "../../src/planning/state.ts";
import { restoreHere, takeBackup } from "../backup/running.ts";
import { openTestConnection } from "../support/deployed.ts";
import { deploy, deployWell } from "../support/deploying.ts";
import { kinds } from "../support/foreign.ts";
import { changeProject, writeProject } from "../support/project.ts";
import { ask, readSnapshot, tell } from "../support/snapshot.ts";

const first = { "migrations/001.do.notes.sql": "CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT) STRICT;\n" };

describe("the restore point of a file database", () => {
    let folder: string;
    let address: { url: string };
    let root: string;
    const copies = (): string[] => readdirSync(folder).filter((name) => name !== "app.db");
    const at = (minute: number): Date => new Date(Date.UTC(2030, 0, 1, 12, minute));
    const nameAt = (minute: number): string => `app.before-${at(minute).toISOString().replace(/[-:.]/g, "")}.db`;

    beforeEach(() => {
        folder = mkdtempSync(path.join(tmpdir(), "way-back-test-"));
        address = { url: `file:${path.join(folder, "app.db")}` };
        root = writeProject(first);
    });

    afterEach(() => rmSync(folder, { recursive: true, force: true }));

    function addMigration(version: number): void {
        const digits = String(version).padStart(3, "0");
        changeProject(root, { [`migrations/${digits}.do.more.sql`]: `CREATE TABLE more_${version} (id INTEGER);\n` });
    }

    test("the restore point of a file is a copy that opens and equals the state before, rows included", async () => {
        await deployWell(root, address);
        expect(copies()).toEqual([]);
        const connection = await openTestConnection(address);
        await connection.runAlone("INSERT INTO notes (body) VALUES ('kept'), ('as well')");
        connection.close();
        const before = await readSnapshot(address);

        addMigration(2);
        const { outcome, restorePoint } = await deploy(root, address, { now: at(0) });
        expect(outcome?.version).toBe(2);
        expect(restorePoint).toEqual([
            "Copy:     app.before-20300101T120000000Z.db (beside the database; the newest 5 are kept)",
        ]);
        expect(copies()).toEqual(["app.before-20300101T120000000Z.db"]);
        expect(statSync(path.join(folder, copies()[0] ?? "")).mode & 0o777).toBe(0o600);
        const copy = { url: `file:${path.join(folder, "app.before-20300101T120000000Z.db")}` };
        expect(await readSnapshot(copy)).toEqual(before);
        expect(await ask(copy, "SELECT body FROM notes")).toEqual([{ body: "kept" }, { body: "as well" }]);
        expect(await ask(copy, "SELECT * FROM pragma_integrity_check")).toEqual([{ integrity_check: "ok" }]);
    });

    test("is named again after a failure, and the copy is kept", async () => {
        await deployWell(root, address);
        const before = await readSnapshot(address);
        changeProject(root, { "migrations/002.do.break.sql": "SELECT id FROM a_missing_table;\n" });
        const { error } = await deploy(root, address, { now: at(0) });
        expect(error?.message).toBe("migrations/002.do.break.sql:1: no such table: a_missing_table");
        expect(error?.outcome).toMatch(
            /^Copy: {5}app\.before-20300101T120000000Z\.db .*\nNothing was applied\. The database is still at version 1\.$/,
        );
        expect(copies()).toEqual(["app.before-20300101T120000000Z.db"]);
        expect(await readSnapshot(address)).toEqual(before);
    });

    test("is not made for an empty database, nor where nothing is to do", async () => {
        expect((await deploy(root, address)).restorePoint).toEqual([]);
        expect((await deploy(root, address)).restorePoint).toEqual([]);
        expect(copies()).toEqual([]);
    });

    test("is kept five times, and other files beside it stay", async () => {
        const strangers = ["app.before-lunch.db", "other.before-20300101T120000000Z.db"];
        for (const name of strangers) writeFileSync(path.join(folder, name), "not ours");
        await deployWell(root, address);
        for (let version = 2; version <= 9; version++) {
            addMigration(version);
            const { outcome } = await deploy(root, address, { now: at(15 * version) });
            expect(outcome?.version).toBe(version);
        }
        const kept = [5, 6, 7, 8, 9].map((version) => nameAt(15 * version));
        expect(copies().sort()).toEqual([...kept, ...strangers].sort());
        const newest = await readSnapshot({ url: `file:${path.join(folder, kept[4] as string)}` });
        expect(newest.versions).toHaveLength(8);
        tell(`8 deploys, ${kept.length} copies kept`);
    });

    test("keeps its five places when a clock was ahead, whose copies stay beside them", async () => {
        await deployWell(root, address);
        const ahead = [0, 1, 2, 3, 4, 5].map((day) => `app.before-2099010${day + 1}T000000000Z.db`);
        for (const name of ahead) writeFileSync(path.join(folder, name), "a copy");
        for (let version = 2; version <= 8; version++) {
            addMigration(version);
            expect((await deploy(root, address, { now: at(15 * version) })).outcome?.version).toBe(version);
        }
        const kept = [4, 5, 6, 7, 8].map((version) => nameAt(15 * version));
        expect(copies().sort()).toEqual([...kept, ...ahead.slice(1)].sort());
    });

    test("is kept for ten minutes at least: many deployers at once do not remove the one that counts", async () => {
        await deployWell(root, address);
        addMigration(2);
        const before = await readSnapshot(address);
        await deploy(root, address, { now: at(0) });
        for (let version = 3; version <= 9; version++) {
            addMigration(version);
            expect((await deploy(root, address, { now: at(version) })).outcome?.version).toBe(version);
        }
        expect(copies().sort()).toEqual([0, 3, 4, 5, 6, 7, 8, 9].map(nameAt));
        expect(await readSnapshot({ url: `file:${path.join(folder, nameAt(0))}` })).toEqual(before);
    });

    test.each(Object.entries(kinds))("is made, as a copy of the pages, where the schema has %s", async (_, sql) => {
        await deployWell(root, address);
        const connection = await openTestConnection(address);
        await connection.runAlone(sql);
        connection.close();
        const before = await readSnapshot(address);
        addMigration(2);
        const { outcome, restorePoint } = await deploy(root, address, { now: at(0) });
        expect(outcome?.version).toBe(2);
        expect(restorePoint).toEqual([
            expect.stringMatching(/^Copy: {5}app\.before-/),
            expect.stringMatching(
                /^ {10}The file was copied page by page, because VACUUM INTO failed: .+\. Writers waited for up to \d+ ms\.$/,
            ),
        ]);
        expect(copies()).toEqual([nameAt(0)]);
        const copy = { url: `file:${path.join(folder, nameAt(0))}` };
        expect(await readSnapshot(copy)).toEqual(before);
        expect(await ask(copy, "SELECT x FROM a")).toEqual([{ x: "on" }]);
    });

    test.each([
        [
            "a string in double quotes in a CHECK",
            "table",
            "libSQL cannot create the table 'a' again: back the database up",
        ],
        [
            "a string in double quotes in a partial index",
            "index",
            "no file creates the index 'b': drop it by hand (`DROP INDEX b`), then run the command again",
        ],
        ["a collation of an index", "index", "no file creates the index 'b': drop it by hand (`DROP INDEX b`)"],
    ])("leads to a remedy that works where ALTER TABLE meets %s", async (kind, type, hint) => {
        await deployWell(root, address);
        const connection = await openTestConnection(address);
        await connection.runAlone(kinds[kind] ?? "");
        connection.close();
        const alter = "ALTER TABLE notes RENAME COLUMN body TO text;\n";
        changeProject(root, { "migrations/002.do.alter.sql": alter });
        const { error } = await deploy(root, address, { now: at(0) });
        expect(error?.message).toContain(`migrations/002.do.alter.sql:1: error in ${type} `);
        expect(error?.hint).toContain(hint);
        let url = address.url;
        if (type === "index") {
            const byHand = await openTestConnection(address);
            await byHand.runAlone("DROP INDEX b");
            byHand.close();
        } else {
            url = `file:${path.join(folder, "restored.db")}`;
            const ran = await restoreHere({ url, args: [await takeBackup(address.url)] });
            expect(ran.code).toBe(0);
        }
        expect((await deployWell(root, { url })).version).toBe(2);
    });

    test("is not made where SQLite's own table is all that is left", async () => {
        const connection = await openTestConnection(address);
        await connection.runScript([
            { sql: "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT)" },
            { sql: "DROP TABLE t" },
        ]);
        connection.close();
        expect(await ask(address, "SELECT name FROM sqlite_schema")).toEqual([{ name: "sqlite_sequence" }]);
        const { outcome, restorePoint } = await deploy(root, address);
        expect([outcome?.version, restorePoint, copies()]).toEqual([1, [], []]);
    });

    test("is whole or not there: what a killed deployer left behind is cleared away later", async () => {
        await deployWell(root, address);
        const left = ["app.before-20300101T103000000Z.db.77.partial", "app.before-20300101T113000000Z.db.77.partial"];
        for (const name of left) writeFileSync(path.join(folder, name), "half a copy");
        addMigration(2);
        const { outcome } = await deploy(root, address, { now: at(0) });
        expect(outcome?.version).toBe(2);
        expect(copies().sort()).toEqual(["app.before-20300101T120000000Z.db", left[1]].sort());
    });
});

describe("the restore point of a server's database", () => {
    const state = {
        ...emptyState,
        now: "2030-01-01T12:00:00.250Z",
        schema: [{ type: "table" as const, name: "notes", table: "notes", sql: "CREATE TABLE notes (id)" }],
    };
    const send = (): never => {
        throw new Error("something was sent");
    };

    function connectTo(host: string): Connection {
        const target = {
            kind: "server" as const,
            url: `https://${host}`,
            label: `libsql://${host}`,
            host,
            local: false,
        };
        return {
            target,
            prefersRows: false,
            countsRows: true,
            canVacuumInto: false,
            cost: { requests: 0, rowsRead: 0, rowsWritten: 0 },
            readAll: send,
            runScript: send,
            runAlone: send,
            tryOut: send,
            begin: send,
            write: send,
            prepareWrite: send,
            close: send,
        };
    }

    test("the restore point on Turso is the command that restores the server's time, and nothing is sent", async () => {
        const { lines } = await prepareRestorePoint(connectTo("app-team.aws-eu-west-1.turso.io"), state, new Date(0));
        // A shell that gets it as it is must not read or write a file.
        expect(lines[0]).not.toMatch(/[<>|&;$`]/);
        expect(lines).toEqual([
            "Restore:  turso db create restored-20300101120000 --from-db 'NAME' --timestamp 2030-01-01T12:00:00Z",
            "          (NAME: what `turso db list` calls app-team.aws-eu-west-1.turso.io)",
        ]);
    });

    test("the restore point of a self-hosted server is the time alone", async () => {
        const { lines } = await prepareRestorePoint(connectTo("db.example.com"), state, new Date(0));
        expect(lines).toEqual([
            "Time:     2030-01-01T12:00:00Z (this server keeps restore points only if its operator does)",
        ]);
        expect((await prepareRestorePoint(connectTo("x.turso.io"), emptyState, new Date(0))).lines).toEqual([]);
    });
});
