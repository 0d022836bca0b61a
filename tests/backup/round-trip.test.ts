import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import { createClient } from "@libsql/client";
import { expect, test } from "vitest";
import { findSqld } from "../../src/server/sqld.ts";
import { readRows, readValue } from "../support/contents.ts";
import { makeFolder } from "../support/project.ts";
import { describeTargets, type Target, type TestDatabase } from "../support/targets.ts";
import { readManifest, readScript, restoreHere, takeBackup } from "./running.ts";
import { zoo } from "./zoo.ts";

const selectSchema =
    "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE type <> 'table' OR name NOT LIKE 'sqlite_%' ORDER BY type, name";

async function createZoo(target: Target): Promise<TestDatabase> {
    const database = await target.createDatabase();
    // With foreign keys off: some rows point to nothing.
    await database.client.migrate([...zoo]);
    return database;
}

function openCopy(): { url: string; path: string } {
    const file = path.join(makeFolder(), "copy.db");
    return { url: `file:${file}`, path: file };
}

const hasSqlite = spawnSync("sqlite3", ["--version"]).status === 0;

describeTargets("a backup", (target) => {
    test("brings every value, rowid and object back, and back again", async () => {
        const first = await createZoo(target);
        const backup = await takeBackup(first.url);
        const manifest = await readManifest(backup);
        expect(manifest.tables.find(({ name }) => name === "plain")?.rows).toBe(8);

        // Into the other kind of database, and from there into this kind again.
        const file = openCopy();
        const ran = await restoreHere({ url: file.url, args: [backup] });
        expect([ran.stderr, ran.code]).toEqual(["", 0]);
        const second = await takeBackup(file.url);
        const other = await readManifest(second);
        expect(other.tables).toEqual(manifest.tables);
        expect(other.objects).toEqual(manifest.objects);
        expect(other.userVersion).toBe(77);
        const third = await target.createDatabase();
        expect((await restoreHere({ url: third.url, args: [second] })).stderr).toBe("");
        const last = await readManifest(await takeBackup(third.url));
        expect([last.tables, last.objects, last.userVersion]).toEqual([manifest.tables, manifest.objects, 77]);

        for (const client of [createClient({ url: file.url }), third.client]) {
            expect(await readRows(client, selectSchema)).toEqual(await readRows(first.client, selectSchema));
            const same = async (sql: string): Promise<void> =>
                expect(await readRows(client, sql)).toEqual(await readRows(first.client, sql));
            await same(
                "SELECT CAST(id AS TEXT), typeof(a), hex(a), typeof(b), hex(b), typeof(c), typeof(d), hex(d) FROM plain ORDER BY id",
            );
            await same(
                "SELECT CAST(id AS TEXT), c = 0.1 + 0.2, c = 9e999, c = -9e999, c = 5e-324 FROM plain ORDER BY id",
            );
            await same("SELECT rowid, a, b FROM without_key ORDER BY rowid");
            await same("SELECT k, v, typeof(k), typeof(v), r FROM strict_any ORDER BY rowid");
            await same("SELECT * FROM sqlite_sequence");
            await same("SELECT * FROM log");
            expect(await readValue(client, "SELECT title FROM search WHERE search MATCH 'lazy'")).toBe("second");
            expect(await readValue(client, "PRAGMA integrity_check")).toBe("ok");
            await client.execute("INSERT INTO counted (v) VALUES ('next')");
            expect(await readValue(client, "SELECT max(id) FROM counted")).toBe(4);
        }
    });

    test.skipIf(!hasSqlite)("is loaded by a stock sqlite3, which finds nothing wrong with it", async () => {
        const backup = await takeBackup((await createZoo(target)).url);
        const { path: copy, url } = openCopy();
        const run = (input: Buffer): ReturnType<typeof spawnSync> => spawnSync("sqlite3", ["-bail", copy], { input });
        const loaded = run(gunzipSync(readFileSync(backup)));
        expect([String(loaded.stderr), loaded.status]).toEqual(["", 0]);
        expect(String(run(Buffer.from("PRAGMA integrity_check; PRAGMA user_version;")).stdout)).toBe("ok\n77\n");
        const [manifest, loadedManifest] = [await readManifest(backup), await readManifest(await takeBackup(url))];
        expect(loadedManifest.tables).toEqual(manifest.tables);
    });

    test("leaves out what a vector index keeps for itself, and makes the index again", async () => {
        const { client, url } = await target.createDatabase();
        await client.executeMultiple(
            "CREATE TABLE points (id INTEGER PRIMARY KEY, v F32_BLOB(3)); CREATE INDEX near ON points (libsql_vector_idx(v))",
        );
        await client.execute("INSERT INTO points VALUES (1, vector32('[1,0,0]')), (2, vector32('[0,1,0]')), (3, NULL)");
        const backup = await takeBackup(url);
        expect((await readManifest(backup)).tables.map(({ name }) => name)).toEqual(["points"]);
        const copy = await target.createDatabase();
        expect((await restoreHere({ url: copy.url, args: [backup] })).stderr).toBe("");
        const nearest = "SELECT id FROM vector_top_k('near', vector32('[0,2,0.1]'), 1)";
        expect(await readValue(copy.client, nearest)).toBe(2);
        expect((await restoreHere({ url: copy.url, args: [backup] }, { replace: true, yes: true })).stderr).toBe("");
        expect(await readValue(copy.client, nearest)).toBe(2);
    });

    test("has no statement near the limit of a server, and says how long each one is", async () => {
        const { client, url } = await target.createDatabase();
        await client.execute("CREATE TABLE wide (id INTEGER PRIMARY KEY, v TEXT, b BLOB)");
        await client.execute(
            "INSERT INTO wide SELECT value, printf('%.*c', 900 + value % 7, 'x'), zeroblob(value % 50) FROM generate_series(1, 3000)",
        );
        await client.execute(
            "INSERT INTO wide VALUES (5000, printf('%.*c', 1200000, 'y'), zeroblob(1100000)), (5001, 'small', NULL)",
        );
        const backup = await takeBackup(url);
        const lengths = [...readScript(backup).matchAll(/^-- \{"bytes":(\d+)/gm)].map(([, bytes]) => Number(bytes));
        expect(Math.max(...lengths)).toBeLessThan(4_000_000);
        expect(lengths.filter((bytes) => bytes > 600_000).length).toBe(1);
        const copy = openCopy();
        expect((await restoreHere({ url: copy.url, args: [backup] })).code).toBe(0);
        expect((await readManifest(await takeBackup(copy.url))).tables).toEqual((await readManifest(backup)).tables);
    });
});

test.skipIf(findSqld() === undefined)(
    "gives equal hashes for equal rows, whatever their order and rowids",
    async () => {
        const make = async (rows: string): Promise<string> => {
            const { path: file, url } = openCopy();
            const client = createClient({ url: `file:${file}` });
            await client.execute("CREATE TABLE t (k TEXT PRIMARY KEY, v)");
            await client.execute(`INSERT INTO t (rowid, k, v) VALUES ${rows}`);
            client.close();
            return (await readManifest(await takeBackup(url))).tables[0]?.sha256 ?? "";
        };
        const one = await make("(1, 'a', 1), (2, 'b', NULL)");
        expect(await make("(9, 'b', NULL), (12, 'a', 1)")).toBe(one);
        expect(await make("(1, 'a', 1.0), (2, 'b', NULL)")).not.toBe(one);
        expect(await make("(1, 'a', NULL), (2, 'b', 1)")).not.toBe(one);
    },
);
