import { expect } from "vitest";
import { showStatus } from "../../src/cli/commands/status.ts";
import { normalizeTime } from "../../src/loading/time.ts";
import { adoptHere, countRows, readExtras, root, verifyHere } from "../adoption/adopting.ts";
import { buildOriginal, note, type OriginName, originNames, testOriginal } from "../adoption/originals.ts";
import { hashContents, readRows, readValue } from "../support/contents.ts";
import { runHere } from "../support/here.ts";
import { describeTargets } from "../support/targets.ts";

const named: Readonly<Record<OriginName, string>> = {
    original: "the original's SQL file",
    drizzle: "the original's drizzle form",
    bots: "the original's SQL file; the bots' own tables; the bots' own queue",
    "older bot": "the original's SQL file; the older bot's queue",
    hybrid: "the original's SQL file; a queue of the older and the newer bots",
};

describeTargets("a database that others made", (target) => {
    // The longer runs have all of them on a server too.
    const here = target.name === "file:" ? originNames : (["original", "hybrid"] as const);

    testOriginal.for(here)(`is recognised and adopted whole: %s${note}`, async (origin) => {
        const { client, url, close } = await target.createDatabase();
        await buildOriginal(client, origin, 40);
        const extras = await readExtras(client);
        const before = await hashContents(client);
        const check = await adoptHere(url, { check: true });
        expect([check.code, check.stdout]).toEqual([0, expect.stringContaining(`\nOrigin:   ${named[origin]}\n`)]);
        expect(check.stdout).toContain("\nCheck: nothing was changed. No row would be refused.\n");
        expect(await hashContents(client)).toBe(before);

        const ran = await adoptHere(url);
        expect([ran.code, ran.error]).toEqual([0, undefined]);
        expect(ran.stdout).toMatch(
            /\nAdopted the database\. The database matches the files: 12 tables, .* In addition: 3 tables, 1 view that the files lack\. /,
        );
        expect(await verifyHere(url)).toBe(0);
        expect((await runHere(showStatus, { root, url })).code).toBe(0);
        expect(await readExtras(client)).toEqual(extras);
        expect(await readRows(client, "SELECT * FROM pragma_foreign_key_check")).toEqual([]);
        expect(await countRows(client, "questions")).toBe(40);
        // The history is as it was: adoption itself is no event.
        expect(await countRows(client, "question_history", "event_type = 'created' AND event_source = 'bot'")).toBe(40);
        expect(await countRows(client, "question_history")).toBe(40);
        for (const [table, column] of [
            ["questions", "created_at"],
            ["questions", "last_updated"],
            ["question_history", "created_at"],
            ["bot_runs", "started_at"],
        ]) {
            const times = await readRows(client, `SELECT ${column} AS time FROM ${table} WHERE ${column} IS NOT NULL`);
            for (const { time } of times) expect(normalizeTime(String(time))).toBe(time);
        }
        expect(await readValue(client, "SELECT started_at FROM bot_runs")).toBe("2025-01-02T01:04:05.000Z");
        expect(await readValue(client, "SELECT count(*) FROM questions WHERE tags IS NULL")).toBe(8);

        const again = await adoptHere(url);
        expect([again.code, again.stdout]).toEqual([
            0,
            expect.stringContaining("\nNothing to adopt: the database has version rows. "),
        ]);
        await close();
    });

    testOriginal(
        `keeps what the older bot's queue said, and its rows whole where a column has no place${note}`,
        async () => {
            const { client, url, close } = await target.createDatabase();
            await buildOriginal(client, "older bot", 5);
            const check = await adoptHere(url, { check: true });
            expect(check.stdout).toContain("\nKeep:     work_queue.started_at: 1 (the files have no such column");
            expect((await adoptHere(url)).code).toBe(0);
            expect(
                await readRows(
                    client,
                    "SELECT item_type, item_id, action, assigned_to, processed_at FROM work_queue ORDER BY id",
                ),
            ).toEqual([
                {
                    item_type: "question",
                    item_id: "q-1",
                    action: "fact_check",
                    assigned_to: "fact-check",
                    processed_at: "2025-01-02T03:04:05.000Z",
                },
                {
                    item_type: "question",
                    item_id: "q-2",
                    action: "improve",
                    assigned_to: "improve",
                    processed_at: null,
                },
            ]);
            const [kept, ...others] = await readRows(client, "SELECT * FROM schema_adoption WHERE outcome = 'kept'");
            expect(others).toEqual([]);
            expect(kept).toMatchObject({ source_table: "work_queue", source_row: 2, reasons: '["started_at"]' });
            expect(JSON.parse(String(kept?.record))).toMatchObject({
                question_id: "q-2",
                started_at: "2025-01-02 03:04:05",
            });
            await close();
        },
    );

    testOriginal(
        `of two families of columns takes the newer one, and keeps the row whole where they differ${note}`,
        async () => {
            const { client, url, close } = await target.createDatabase();
            await buildOriginal(client, "hybrid", 5);
            expect((await adoptHere(url)).code).toBe(0);
            expect(
                await readRows(client, "SELECT item_type, item_id, action, assigned_to FROM work_queue ORDER BY id"),
            ).toEqual([
                { item_type: "question", item_id: "q-1", action: "improve", assigned_to: "improve" },
                { item_type: "test", item_id: "t-1", action: "verify", assigned_to: "verifier" },
                { item_type: "question", item_id: "q-1", action: "verify", assigned_to: "verifier" },
            ]);
            const kept = await readRows(
                client,
                "SELECT source_row, reasons FROM schema_adoption WHERE outcome = 'kept'",
            );
            expect(kept).toEqual([{ source_row: 3, reasons: '["question_id","bot_type"]' }]);
            await close();
        },
    );

    testOriginal(`keeps indexes and triggers that go, and gives out no number twice${note}`, async () => {
        const { client, url, close } = await target.createDatabase();
        await buildOriginal(client, "bots", 5);
        await client.execute("DELETE FROM work_queue WHERE id = 2");
        await client.execute("CREATE INDEX idx_by_hand ON questions (tldr)");
        expect((await adoptHere(url)).code).toBe(0);
        const dropped = await readRows(
            client,
            "SELECT record ->> '$.sql' AS sql FROM schema_adoption WHERE outcome = 'dropped' AND source_table = 'questions'",
        );
        expect(dropped.map((row) => row.sql)).toContain("CREATE INDEX idx_by_hand ON questions (tldr)");
        await client.execute(
            "INSERT INTO work_queue (item_type, item_id, action) VALUES ('question', 'q-1', 'improve')",
        );
        expect(await readValue(client, "SELECT max(id) FROM work_queue")).toBe(3);
        await close();
    });

    testOriginal(`is refused where there is nothing to adopt, or a table cannot be taken${note}`, async () => {
        const { client, url, close } = await target.createDatabase();
        const empty = await adoptHere(url);
        expect([empty.code, empty.error?.message]).toEqual([
            2,
            "the database has none of the tables that the files create",
        ]);
        await client.execute("CREATE TABLE questions (id TEXT PRIMARY KEY) WITHOUT ROWID");
        const before = await hashContents(client);
        const odd = await adoptHere(url);
        expect([odd.code, odd.error?.message]).toEqual([
            1,
            "'questions' has no rowid, and the files have a table of that name",
        ]);
        expect(await hashContents(client)).toBe(before);
        await close();
    });
});
