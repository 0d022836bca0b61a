import type { Client } from "@libsql/client";
import { expect, test } from "vitest";
import { restoreHere, takeBackup } from "../backup/running.ts";
import { readRows } from "../support/contents.ts";
import { deployWell } from "../support/deploying.ts";
import { runScript } from "../support/here.ts";
import { changeProject, writeProject } from "../support/project.ts";
import { describeTargets } from "../support/targets.ts";

const rebuild = (key: string): string =>
    `CREATE TABLE next (id INTEGER PRIMARY KEY${key}, name TEXT);\nINSERT INTO next SELECT id, name FROM notes;\n` +
    "DROP TABLE notes;\nALTER TABLE next RENAME TO notes;\n";
const counting = rebuild(" AUTOINCREMENT");
const plain = rebuild(" /* without AUTOINCREMENT */");
const first = {
    "migrations/001.do.create-notes.sql":
        "CREATE TABLE notes (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT);\nINSERT INTO notes (id) VALUES (5), (9);\n",
    "migrations/001.undo.create-notes.sql": "DROP TABLE notes;\n",
};
const second = { "migrations/002.do.stop-counting.sql": plain, "migrations/002.undo.stop-counting.sql": counting };

async function readSequences(client: Client): Promise<unknown[]> {
    const rows = await readRows(client, "SELECT name || ' ' || seq AS line FROM sqlite_sequence ORDER BY rowid");
    return rows.map(({ line }) => line);
}

describeTargets("the sequence of a table", (target) => {
    test("goes with AUTOINCREMENT, comes back with it, and follows a rename, a rollback, a drop and a restore", async () => {
        const root = writeProject(first);
        const database = await target.createDatabase();
        const { client, url } = database;
        await deployWell(root, database);
        await client.execute("DELETE FROM notes WHERE id = 9");
        expect(await readSequences(client)).toEqual(["notes 9"]);
        const rollBack = async (to: string): Promise<void> => {
            const args = ["--to", to, "--discard-rows", "--yes"];
            const { code } = await runScript("db:rollback", args, { cwd: root, env: { TURSO_DATABASE_URL: url } });
            expect(code).toBe(0);
        };

        changeProject(root, second);
        await deployWell(root, database);
        expect(await readSequences(client)).toEqual([]);

        // The restored copy has no table that counts, and so no sqlite_sequence to write to; a row that was left is left out.
        await client.execute("INSERT INTO sqlite_sequence VALUES ('notes', 70)");
        const copy = await target.createDatabase();
        const restored = await restoreHere({ url: copy.url, args: [await takeBackup(url)] });
        expect([restored.code, restored.error]).toEqual([0, undefined]);
        expect(await readRows(copy.client, "SELECT id FROM notes")).toEqual([{ id: 5 }]);

        // What an earlier release left counts: the ids up to it may have been used.
        await rollBack("1");
        expect(await readSequences(client)).toEqual(["notes 70"]);
        await client.execute("INSERT INTO notes (name) VALUES ('next')");
        expect(await readRows(client, "SELECT max(id) AS id FROM notes")).toEqual([{ id: 71 }]);

        await deployWell(root, database);
        await client.execute("INSERT INTO sqlite_sequence VALUES ('Notes', 3), ('notes', 2)");
        changeProject(root, {
            "migrations/003.do.count.sql": counting,
            "migrations/003.undo.count.sql": plain,
            "migrations/004.do.rename.sql": "ALTER TABLE notes RENAME TO words;\n",
            "migrations/004.undo.rename.sql": "ALTER TABLE words RENAME TO notes;\n",
        });
        await deployWell(root, database);
        expect(await readSequences(client)).toEqual(["words 71"]);
        await rollBack("2");
        expect(await readSequences(client)).toEqual([]);

        await client.execute("INSERT INTO sqlite_sequence VALUES ('NOTES', 4), ('another', 1)");
        changeProject(root, {
            ...Object.fromEntries(
                ["003.do.count", "003.undo.count", "004.do.rename", "004.undo.rename"].map((name) => [
                    `migrations/${name}.sql`,
                    undefined,
                ]),
            ),
            "migrations/003.do.drop-notes.sql": "DROP TABLE notes;\n",
        });
        await deployWell(root, database);
        expect(await readSequences(client)).toEqual(["another 1"]);
    });
});
