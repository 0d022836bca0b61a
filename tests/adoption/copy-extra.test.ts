import path from "node:path";
import { expect } from "vitest";
import { restoreHere, takeBackup } from "../backup/running.ts";
import { readRows, readValue } from "../support/contents.ts";
import { writeProject } from "../support/project.ts";
import { describeTargets } from "../support/targets.ts";
import { adoptHere, copyWhole, countRows, verifyHere } from "./adopting.ts";
import { buildOriginal, note, testOriginal } from "./originals.ts";

const searching = `
    CREATE VIRTUAL TABLE terms USING fts5vocab(notes_search, row);
    CREATE VIRTUAL TABLE notes_search USING fts5(title, body);
    INSERT INTO notes_search VALUES ('one', 'hello world'), ('two', 'good bye');
    CREATE VIRTUAL TABLE questions_search USING fts5(question, content='questions');
    INSERT INTO questions_search (questions_search) VALUES ('rebuild');
    CREATE VIRTUAL TABLE places USING rtree(id, low, high);
    INSERT INTO places VALUES (7, 0.1, 0.2);`;

describeTargets("adoption of a copy with what others made", (target) => {
    testOriginal(
        `keeps virtual tables so that they find what they found, but for rows that are refused${note}`,
        async () => {
            const [source, copy] = [await target.createDatabase(), await target.createDatabase()];
            await buildOriginal(source.client, "drizzle", 5);
            await source.client.executeMultiple(searching);
            await source.client.execute("UPDATE questions SET difficulty = 'hard' WHERE id = 'q-3'");
            await copyWhole(source.url, copy.url);
            const matching = "SELECT question FROM questions_search WHERE questions_search MATCH 'what' ORDER BY rowid";
            for (const { client, url } of [copy, source]) {
                const ran = await adoptHere(url, { rejects: path.join(writeProject({}), "left.ndjson") });
                expect([ran.code, ran.error]).toEqual([5, undefined]);
                const found = (query: string): Promise<unknown> => readRows(client, query);
                expect(await found("SELECT title FROM notes_search WHERE notes_search MATCH 'hello'")).toEqual([
                    { title: "one" },
                ]);
                expect(await found(matching)).toEqual(
                    [1, 2, 4, 5].map((number) => ({ question: `What is ${number}?` })),
                );
                expect(await found("SELECT id FROM places WHERE low < 0.15")).toEqual([{ id: 7 }]);
                expect(await readValue(client, "SELECT count(*) FROM terms")).toBe(6);
                expect(ran.stdout).toMatch(
                    / The database matches the files: 12 tables, .* In addition: 7 tables, 1 view that the files lack\. /,
                );
            }
            for (const database of [source, copy]) await database.close();
        },
    );

    testOriginal(`keeps a full-text index that has no text of its own${note}`, async () => {
        const [source, copy] = [await target.createDatabase(), await target.createDatabase()];
        await buildOriginal(source.client, "drizzle", 3);
        await source.client.execute("CREATE VIRTUAL TABLE gist USING fts5(body, content = '')");
        await source.client.execute("INSERT INTO gist (rowid, body) VALUES (7, 'hello world'), (8, 'good bye')");
        await copyWhole(source.url, copy.url);
        expect((await adoptHere(copy.url)).code).toBe(0);
        expect(await readRows(copy.client, "SELECT rowid FROM gist WHERE gist MATCH 'hello'")).toEqual([{ rowid: 7 }]);
        for (const database of [source, copy]) await database.close();
    });

    testOriginal(`adopts beside a full-text index over a column that goes${note}`, async () => {
        const { client, url, close } = await target.createDatabase();
        await buildOriginal(client, "older bot", 3);
        await client.executeMultiple(`
            CREATE VIRTUAL TABLE bots_search USING fts5(bot_type, content='work_queue');
            INSERT INTO bots_search (bots_search) VALUES ('rebuild');`);
        expect((await adoptHere(url)).code).toBe(0);
        expect(await verifyHere(url)).toBe(0);
        await close();
    });

    testOriginal(`keeps the SQL of what it leaves out, and a copy in use is not copied over${note}`, async () => {
        const [source, copy] = [await target.createDatabase(), await target.createDatabase()];
        await buildOriginal(source.client, "original", 3);
        await source.client.execute("CREATE TRIGGER trg_audit AFTER DELETE ON questions BEGIN SELECT 'Ω'; END");
        await source.client.execute(
            "CREATE TRIGGER trg_queued AFTER INSERT ON coding_challenges BEGIN UPDATE work_queue SET channel = 'x'; END",
        );
        await source.client.execute(
            "CREATE TRIGGER trg_sound AFTER INSERT ON coding_challenges BEGIN UPDATE work_queue SET priority = 1; END",
        );
        await source.client.execute("CREATE VIEW v_queue AS SELECT channel FROM work_queue");
        const backup = await takeBackup(source.url);
        expect((await restoreHere({ url: copy.url, args: [backup] })).code).toBe(0);
        const ran = await adoptHere(copy.url);
        expect([ran.code, ran.error]).toEqual([0, undefined]);
        expect(ran.stdout).toMatch(/\nDrop: {5}32 indexes, trigger trg_audit \(schema_adoption keeps their SQL\)\n/);
        expect(ran.stderr).toContain(
            "warning: view v_queue cannot be read: no such column: channel; change or drop it\n",
        );
        expect(ran.stderr).toContain(
            "warning: coding_challenges: the trigger trg_queued fails: no such column: channel; change or drop it\n",
        );
        const kept = await readRows(
            copy.client,
            "SELECT record ->> '$.sql' AS sql FROM schema_adoption WHERE outcome = 'dropped' ORDER BY id",
        );
        expect(kept).toHaveLength(35);
        expect(kept.map(({ sql }) => sql)).toContain(
            "CREATE TRIGGER trg_audit AFTER DELETE ON questions BEGIN SELECT 'Ω'; END",
        );

        // The copy is in use now.
        await copy.client.execute("DELETE FROM coding_challenges WHERE id = 'c-3'");
        const restored = await restoreHere({ url: copy.url, args: [backup] });
        expect([restored.code, restored.error?.outcome]).toEqual([
            1,
            "Nothing was restored. The database is as it was.",
        ]);
        const again = await adoptHere(copy.url);
        expect([again.code, again.stdout]).toEqual([
            0,
            expect.stringContaining("\nNothing to adopt: the database has version rows. The database matches"),
        ]);
        expect(await countRows(copy.client, "coding_challenges")).toBe(2);
        expect(await verifyHere(copy.url)).toBe(0);
        for (const database of [source, copy]) await database.close();
    });
});
