import { expect } from "vitest";
import { startCommand } from "../support/command.ts";
import { hashContents, readContents, readRows, readValue, withoutColumns } from "../support/contents.ts";
import { describeTargets, type TestDatabase } from "../support/targets.ts";
import { adoptHere, countRows, listRefused, readExtras, root, verifyHere } from "./adopting.ts";
import { buildSpoiled, runWhole } from "./killing.ts";
import { buildOriginal, note, testOriginal } from "./originals.ts";

// Numbers that defaults give, and the times, differ from copy to copy.
async function readCopied({ client }: TestDatabase): Promise<unknown> {
    const { schema_lock: _lock, schema_adoption, sqlite_schema, ...contents } = await readContents(client);
    const times = ["run_at", "started_at", "last_accessed_at", "created_at"];
    const objects = sqlite_schema?.map(({ type, name, sql }) => JSON.stringify([type, name, sql])).sort();
    const entries = schema_adoption?.map(({ source_table, source_row, outcome, record }) => [
        source_table,
        source_row,
        outcome,
        record,
    ]);
    return { ...withoutColumns(contents, ...times), objects, entries };
}

describeTargets("db:adopt --into", (target) => {
    testOriginal(
        `copies everything into an empty database, extra tables too, and only reads the source${note}`,
        async () => {
            const source = await buildSpoiled(target, 60);
            await source.client.execute({
                sql: "UPDATE questions SET answer = ?, explanation = ? WHERE id = 'q-1'",
                args: ["a'b\u0000c", "Ωé\n$1 '' \\"],
            });
            const before = await hashContents(source.client);
            const copy = await target.createDatabase();
            const ran = await runWhole(source, { into: copy.url });
            expect(ran.code).toBe(5);
            expect(await hashContents(source.client)).toBe(before);
            expect(await verifyHere(copy.url)).toBe(0);
            expect(await readExtras(copy.client)).toEqual(await readExtras(source.client));
            const refused = await listRefused(copy.client);
            expect(refused).toHaveLength(ran.rejects);
            for (const table of ["questions", "channel_mappings", "question_history", "users"]) {
                const own = refused.filter((line) => line.startsWith(`${table} `)).length;
                expect((await countRows(copy.client, table)) + own).toBe(await countRows(source.client, table));
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
        },
    );

    testOriginal(`is taken up by the next run when one is killed${note}`, async () => {
        const source = await buildSpoiled(target, 60);
        const [calm, killed] = [await target.createDatabase(), await target.createDatabase()];
        const whole = await runWhole(source, { into: calm.url });
        const command = startCommand("db:adopt", ["--into", killed.url], {
            cwd: root,
            env: { TURSO_DATABASE_URL: source.url },
        });
        const ended = command.result.then(() => true);
        while (!command.printed().stdout.includes("Copied:   questions")) {
            if (await Promise.race([ended, new Promise<false>((next) => setTimeout(() => next(false), 1))])) break;
        }
        command.kill("SIGKILL");
        expect((await command.result).signal).toBe("SIGKILL");
        expect(await runWhole(source, { into: killed.url })).toEqual(whole);
        expect(await verifyHere(killed.url)).toBe(0);
        expect(await readCopied(killed)).toEqual(await readCopied(calm));
        for (const database of [source, calm, killed]) await database.close();
    });

    testOriginal(`refuses a database that holds something, and the source itself${note}`, async () => {
        const [source, other] = [await target.createDatabase(), await target.createDatabase()];
        await buildOriginal(source.client, "drizzle", 3);
        await other.client.execute("CREATE TABLE notes (body TEXT)");
        const before = await hashContents(other.client);
        const ran = await adoptHere(source.url, { into: other.url });
        expect([ran.code, ran.error?.message, ran.error?.outcome]).toEqual([
            2,
            `${other.url} is not empty`,
            "Nothing was changed.",
        ]);
        expect(await hashContents(other.client)).toBe(before);
        const itself = await adoptHere(source.url, { into: source.url });
        expect([itself.code, itself.error?.message]).toEqual([2, "--into names the database that is to be copied"]);
        for (const database of [source, other]) await database.close();
    });
});
