import path from "node:path";
import { expect } from "vitest";
import { restoreHere, takeBackup } from "../backup/running.ts";
import { startCommand } from "../support/command.ts";
import { hashContents, readRows, readValue } from "../support/contents.ts";
import { makeFolder } from "../support/project.ts";
import { describeTargets } from "../support/targets.ts";
import { copyWhole, countRows, listRefused, readExtras, root, verifyHere } from "./adopting.ts";
import { buildSpoiled, readComparable, runWhole } from "./killing.ts";
import { buildOriginal, note, testOriginal } from "./originals.ts";

describeTargets("adoption of a copy that db:backup and db:restore make", (target) => {
    testOriginal(`takes everything along, extra tables too, and only reads the old database${note}`, async () => {
        const source = await buildSpoiled(target, 60);
        await source.client.execute({
            sql: "UPDATE questions SET answer = ?, explanation = ? WHERE id = 'q-1'",
            args: ["a'b\u0000c", "Ωé\n$1 '' \\"],
        });
        const before = await hashContents(source.client);
        const copy = await target.createDatabase();
        await copyWhole(source.url, copy.url);
        const ran = await runWhole(copy);
        expect(ran.code).toBe(5);
        expect(await hashContents(source.client)).toBe(before);
        expect(await verifyHere(copy.url)).toBe(0);
        expect(await readExtras(copy.client)).toEqual(await readExtras(source.client));
        const refused = await listRefused(copy.client);
        expect(refused).toHaveLength(ran.rejects);
        for (const table of ["questions", "channel_mappings", "question_history", "users"]) {
            const own = refused.filter((line) => line.startsWith(`${table} `)).length;
            const merged = `outcome = 'merged' AND source_table = '${table}'`;
            const left = own + (await countRows(copy.client, "schema_adoption", merged));
            expect((await countRows(copy.client, table)) + left).toBe(await countRows(source.client, table));
        }
        const bytes = "SELECT hex(answer) || ' ' || hex(explanation) FROM questions WHERE id = 'q-1'";
        expect(await readValue(copy.client, bytes)).toBe(await readValue(source.client, bytes));

        // In place, the same comes out.
        const adopted = await runWhole(source);
        expect(adopted).toEqual(ran);
        expect(await listRefused(source.client)).toEqual(refused);
        const rows = "SELECT * FROM questions ORDER BY rowid";
        expect(await readRows(copy.client, rows)).toEqual(await readRows(source.client, rows));
        for (const database of [source, copy]) await database.close();
    });

    testOriginal(`goes on after a restore and an adoption that were killed${note}`, async () => {
        const source = await buildSpoiled(target, 60);
        const backup = await takeBackup(source.url);
        const [calm, killed] = [await target.createDatabase(), await target.createDatabase()];
        expect((await restoreHere({ url: calm.url, args: [backup] })).code).toBe(0);
        const whole = await runWhole(calm);
        const killAt = async (name: string, args: string[], sign: string): Promise<void> => {
            const command = startCommand(name, args, { cwd: root, env: { TURSO_DATABASE_URL: killed.url } });
            const ended = command.result.then(() => true);
            while (!command.printed().stdout.includes(sign)) {
                if (await Promise.race([ended, new Promise<false>((next) => setTimeout(() => next(false), 1))])) break;
            }
            command.kill("SIGKILL");
            expect((await command.result).signal).toBe("SIGKILL");
        };
        await killAt("db:restore", [backup], "Checked:");
        // A server lets go of it by itself, when another request waits; that may have been the COMMIT.
        expect(await readValue(killed.client, "PRAGMA integrity_check")).toBe("ok");
        const restored = await restoreHere({ url: killed.url, args: [backup] });
        if (restored.code !== 0) expect(restored.error?.message).toContain("the database is not empty");
        await killAt("db:adopt", ["--rejects", path.join(makeFolder(), "left.ndjson")], "Adopted:  questions\n");
        expect(await runWhole(killed)).toEqual(whole);
        expect(await verifyHere(killed.url)).toBe(0);
        expect(await readComparable(killed)).toEqual(await readComparable(calm));
        for (const database of [source, calm, killed]) await database.close();
    });

    testOriginal(`is not made in a database that holds something, nor in the old one itself${note}`, async () => {
        const [source, other] = [await target.createDatabase(), await target.createDatabase()];
        await buildOriginal(source.client, "drizzle", 3);
        await other.client.execute("CREATE TABLE notes (body TEXT)");
        const backup = await takeBackup(source.url);
        for (const [database, holds] of [
            [other, /^the database is not empty: it holds the tables notes$/],
            [source, /^the database is not empty: it holds the tables .*\bquestions\b/],
        ] as const) {
            const before = await hashContents(database.client);
            const ran = await restoreHere({ url: database.url, args: [backup] });
            expect([ran.code, ran.error?.message, ran.error?.outcome]).toEqual([
                1,
                expect.stringMatching(holds),
                "Nothing was restored. The database is as it was.",
            ]);
            expect(await hashContents(database.client)).toBe(before);
        }
        for (const database of [source, other]) await database.close();
    });
});
