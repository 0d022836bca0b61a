import path from "node:path";
import { expect } from "vitest";
import { readRows, readValue } from "../support/contents.ts";
import { writeProject } from "../support/project.ts";
import { describeTargets } from "../support/targets.ts";
import { adoptHere, countRows, verifyHere } from "./adopting.ts";
import { buildOriginal, note, testOriginal } from "./originals.ts";

const searching = `
    CREATE VIRTUAL TABLE terms USING fts5vocab(notes_search, row);
    CREATE VIRTUAL TABLE notes_search USING fts5(title, body);
    INSERT INTO notes_search VALUES ('one', 'hello world'), ('two', 'good bye');
    CREATE VIRTUAL TABLE questions_search USING fts5(question, content='questions');
    INSERT INTO questions_search (questions_search) VALUES ('rebuild');
    CREATE VIRTUAL TABLE places USING rtree(id, low, high);
    INSERT INTO places VALUES (7, 0.1, 0.2);`;

describeTargets("db:adopt --into with what others made", (target) => {
    testOriginal(
        `copies virtual tables so that they find what they found, but for rows that are refused${note}`,
        async () => {
            const [source, copy] = [await target.createDatabase(), await target.createDatabase()];
            await buildOriginal(source.client, "drizzle", 5);
            await source.client.executeMultiple(searching);
            await source.client.execute("UPDATE questions SET difficulty = 'hard' WHERE id = 'q-3'");
            const rejects = path.join(writeProject({}), "left.ndjson");
            const ran = await adoptHere(source.url, { into: copy.url, rejects });
            expect([ran.code, ran.error]).toEqual([5, undefined]);
            const found = (query: string): Promise<unknown> => readRows(copy.client, query);
            expect(await found("SELECT title FROM notes_search WHERE notes_search MATCH 'hello'")).toEqual([
                { title: "one" },
            ]);
            expect(await found("SELECT rowid FROM questions_search WHERE questions_search MATCH 'what'")).toHaveLength(
                4,
            );
            expect(await found("SELECT id FROM places WHERE low < 0.15")).toEqual([{ id: 7 }]);
            expect(await readValue(copy.client, "SELECT count(*) FROM terms")).toBe(6);
            expect(ran.stdout).toMatch(
                / The database is as in the files: 12 tables, .* Beside them: 7 tables, 1 view of others\. /,
            );
            for (const database of [source, copy]) await database.close();
        },
    );

    testOriginal(`refuses a table whose rows nobody can read, before anything is written${note}`, async () => {
        const [source, copy] = [await target.createDatabase(), await target.createDatabase()];
        await buildOriginal(source.client, "drizzle", 3);
        await source.client.execute("CREATE VIRTUAL TABLE gist USING fts5(body, content = '')");
        const ran = await adoptHere(source.url, { into: copy.url });
        expect([ran.code, ran.error?.message, ran.error?.outcome]).toEqual([
            1,
            "'gist' keeps no text of its own, so its rows cannot be copied",
            "Nothing was changed.",
        ]);
        expect(await readRows(copy.client, "SELECT name FROM sqlite_schema")).toEqual([]);
        for (const database of [source, copy]) await database.close();
    });

    testOriginal(`keeps the SQL of what it leaves out, and touches a whole copy no more${note}`, async () => {
        const [source, copy] = [await target.createDatabase(), await target.createDatabase()];
        await buildOriginal(source.client, "original", 3);
        await source.client.execute("CREATE TRIGGER trg_audit AFTER DELETE ON questions BEGIN SELECT 'Ω'; END");
        await source.client.execute(
            "CREATE TRIGGER trg_queued AFTER INSERT ON coding_challenges BEGIN UPDATE work_queue SET channel = 'x'; END",
        );
        await source.client.execute("CREATE VIEW v_queue AS SELECT channel FROM work_queue");
        const ran = await adoptHere(source.url, { into: copy.url });
        expect([ran.code, ran.error]).toEqual([0, undefined]);
        expect(ran.stdout).toMatch(/\nDrop: {5}32 indexes, trigger trg_audit \(their SQL stays in schema_adoption\)\n/);
        expect(ran.stderr).toContain(
            "warning: view v_queue cannot be read: no such column: channel; make it anew, or drop it\n",
        );
        expect(ran.stderr).toContain(
            "warning: coding_challenges: a trigger fails: no such column: channel; make it anew, or drop it\n",
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
        const again = await adoptHere(source.url, { into: copy.url });
        expect([again.code, again.stdout]).toEqual([
            0,
            expect.stringContaining(
                `\nNothing to copy: ${copy.url} holds a whole copy of ${source.url}. The database is as`,
            ),
        ]);
        expect(await countRows(copy.client, "coding_challenges")).toBe(2);
        expect(await verifyHere(copy.url)).toBe(0);
        for (const database of [source, copy]) await database.close();
    });
});
