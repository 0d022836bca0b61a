import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect } from "vitest";
import { migrateHistory } from "../../app/migrate-history.ts";
import { readRows } from "../support/contents.ts";
import { migrateHere, runHere } from "../support/here.ts";
import { writeProject } from "../support/project.ts";
import { describeTargets } from "../support/targets.ts";
import { adoptHere, root, verifyHere } from "./adopting.ts";
import { buildOriginal, note, testOriginal } from "./originals.ts";

// Which time each question must get is beside it.
const untimed = `
    UPDATE questions SET is_new = 1, last_updated = NULL;
    DELETE FROM question_history;
    UPDATE questions SET created_at = NULL, last_updated = '2024-05-05 05:05:05' WHERE id IN ('q-1', 'q-2');
    INSERT INTO question_history (question_id, event_type, event_source, created_at) VALUES
        ('q-1', 'updated', 'bot', '2024-03-02T23:00:00.000Z'),
        ('q-1', 'created', 'bot', '2024-03-02 22:30:00'),
        ('q-1', 'flagged', 'bot', '2024-03-02T23:15:00+02:00'), -- 21:15 UTC
        ('q-1', 'flagged', 'bot', 'once'),
        ('q-2', 'updated', 'bot', NULL),
        ('gone', 'created', 'bot', '2020-01-01 00:00:00'),
        ('q-9', 'updated', 'bot', NULL);
    INSERT INTO question_history (question_id, question_type, event_type, event_source, created_at) VALUES
        ('q-1', 'test', 'created', 'bot', '2021-01-01 00:00:00'), -- of a test with the same id
        ('q-4', 'coding', 'updated', 'bot', NULL);
    UPDATE questions SET created_at = ' ' WHERE id = 'q-3';
    UPDATE questions SET created_at = '2023-01-01 00:00:00' WHERE id = 'q-4';
    UPDATE questions SET created_at = 'yesterday' WHERE id = 'q-5';
    UPDATE questions SET created_at = '2024-06-06T06:06:06Z' WHERE id = 'q-6';
    UPDATE certifications SET created_at = NULL, last_updated = '2024-02-02 02:02:02';
    INSERT INTO bot_ledger (bot_name, action, item_type, item_id) VALUES ('creator', 'queued', 'flashcard', 'f-1');
    UPDATE user_sessions SET started_at = NULL, last_accessed_at = '2024-07-07 07:07:07' WHERE id = 's-1';
    UPDATE user_sessions SET started_at = '2024-08-08 08:08:08', last_accessed_at = NULL WHERE id = 's-2';
    INSERT INTO user_sessions (id, session_type, session_key, title, total_items, started_at, last_accessed_at)
    VALUES ('s-3', 'test', 'k', 'T', 1, NULL, NULL);`;

// What each question must be is beside it; the day is a time, too.
const unsaid = `
    DELETE FROM question_history;
    UPDATE questions SET is_new = NULL, last_updated = NULL, difficulty = 'beginner', created_at = '2024-06-06 06:06:06';
    UPDATE questions SET created_at = '2024-05-05', last_updated = '2024-06-07' WHERE id = 'q-2';
    UPDATE questions SET created_at = datetime('now', '-6 days') WHERE id = 'q-3'; -- new
    UPDATE questions SET created_at = 'yesterday' WHERE id = 'q-4'; -- new, as by the default
    UPDATE questions SET created_at = NULL, is_new = 1 WHERE id = 'q-5'; -- as old as its history
    UPDATE questions SET is_new = 1 WHERE id = 'q-6'; -- new, as it says
    INSERT INTO question_history (question_id, event_type, event_source, created_at) VALUES
        ('q-5', 'updated', 'bot', '2024-03-02 23:00:00'), ('q-5', 'created', 'bot', '2024-03-02');
    DELETE FROM bot_runs;
    INSERT INTO bot_runs (bot_name, started_at, completed_at, status) VALUES
        ('a', '', '2024-02-02', 'completed'), ('b', ' ', NULL, 'completed'), ('c', '2024-01-01', NULL, 'completed'),
        ('d', '', 'once', 'completed');`;

const doubled = `
    DELETE FROM question_relationships;
    INSERT INTO question_relationships (id, source_question_id, target_question_id, relationship_type, strength) VALUES
        (1, 'q-1', 'q-2', 'related', 40), (2, 'q-1', 'q-2', 'related', 90), (3, 'q-1', 'q-2', 'related', 90),
        (4, 'q-1', 'q-2', 'follow_up', 10), (5, 'q-2', 'q-1', 'related', NULL), (6, 'q-2', 'q-1', 'related', 49);
    INSERT INTO channel_mappings (id, channel_id, sub_channel, question_id) VALUES
        (91, 'linux', '', 'q-1'), (92, 'linux', '', 'q-1'), (93, 'linux', '', 'q-2'), (94, 'linux', 'shell', 'q-1');
    DELETE FROM work_queue;
    INSERT INTO work_queue (id, item_type, item_id, action, priority, status) VALUES
        (1, 'question', 'q-1', 'improve', NULL, 'pending'), (2, 'question', 'q-1', 'improve', 2, 'pending'),
        (3, 'question', 'q-1', 'improve', 2, NULL), (4, 'question', 'q-1', 'improve', 1, 'completed'),
        (5, 'question', 'q-1', 'improve', 1, 'completed'), (6, 'question', 'q-1', 'verify', 1, 'pending'),
        (7, 'question', 'q-2', 'verify', 1, 'pending'), (8, 'question', 'q-2', 'verify', 9, 'processing');`;

describeTargets("an adoption", (target) => {
    testOriginal(`makes no old question new: a missing time comes from what the database knows${note}`, async () => {
        const { client, url } = await target.createDatabase();
        // Without the triggers of the original, which set last_updated.
        await buildOriginal(client, "drizzle", 6);
        await client.executeMultiple(untimed);
        const ran = await adoptHere(url);
        expect([ran.code, ran.error, await verifyHere(url)]).toEqual([0, undefined, 0]);
        expect(ran.stdout).toContain("\nConvert:  questions.is_new: 3\n");
        const earliest = "2023-01-01T00:00:00.000Z";
        expect(await readRows(client, "SELECT id, created_at, is_new FROM questions ORDER BY id")).toEqual([
            { id: "q-1", created_at: "2024-03-02T21:15:00.000Z", is_new: 0 },
            { id: "q-2", created_at: "2024-05-05T05:05:05.000Z", is_new: 0 },
            { id: "q-3", created_at: earliest, is_new: 0 },
            { id: "q-4", created_at: earliest, is_new: 1 },
            { id: "q-5", created_at: "yesterday", is_new: 1 },
            { id: "q-6", created_at: "2024-06-06T06:06:06.000Z", is_new: 1 },
        ]);
        const others = `
            SELECT created_at AS time FROM certifications UNION ALL
            SELECT created_at FROM bot_ledger WHERE item_id = 'f-1' UNION ALL
            SELECT created_at FROM question_history WHERE created_at > '2024-05' AND question_id = 'q-2' UNION ALL
            SELECT created_at FROM question_history WHERE question_id IN ('q-9', 'q-4') UNION ALL
            SELECT run_after || iif(run_after = created_at, '', created_at) FROM work_queue WHERE status = 'pending' UNION ALL
            SELECT started_at || ' ' || last_accessed_at FROM user_sessions`;
        expect((await readRows(client, others)).map(({ time }) => time)).toEqual([
            "2024-02-02T02:02:02.000Z",
            "2025-01-02T03:04:05.600Z",
            "2024-05-05T05:05:05.000Z",
            "2020-01-01T00:00:00.000Z",
            "2020-01-01T00:00:00.000Z",
            "2025-01-02T03:04:05.000Z",
            "2025-01-02T03:04:05.000Z",
            "2024-07-07T07:07:07.000Z 2024-07-07T07:07:07.000Z",
            "2024-08-08T08:08:08.000Z 2024-08-08T08:08:08.000Z",
            "2024-08-08T08:08:08.000Z 2024-08-08T08:08:08.000Z",
        ]);
        // A refused row gets them in the reject file, where it is corrected and loaded; the quarantine has it as it was.
        const again = await target.createDatabase();
        await buildOriginal(again.client, "drizzle", 6);
        await again.client.executeMultiple(`${untimed}
            UPDATE user_sessions SET started_at = NULL;
            UPDATE questions SET difficulty = 'Beginner' WHERE id IN ('q-1', 'q-4');`);
        const rejects = path.join(writeProject({}), "left.ndjson");
        expect((await adoptHere(again.url, { rejects })).code).toBe(5);
        const quarantined = `SELECT record ->> 'id' AS id, record ->> 'created_at' AS time, record ->> 'is_new' AS is_new, filled
            FROM schema_adoption WHERE outcome = 'refused' AND source_table = 'questions'`;
        expect(await readRows(again.client, quarantined)).toEqual([
            { id: "q-1", time: null, is_new: 1, filled: '{"created_at":"2024-03-02T21:15:00.000Z","is_new":0}' },
            { id: "q-4", time: "2023-01-01 00:00:00", is_new: 1, filled: null },
        ]);
        const corrected = readFileSync(rejects, "utf8").replaceAll("Beginner", "beginner");
        const from = path.join(writeProject({ "corrected.ndjson": corrected }), "corrected.ndjson");
        const loaded = await migrateHere({ root, url: again.url }, { from });
        expect([loaded.code, loaded.stderr]).toEqual([0, ""]);
        const q = "SELECT id, created_at, is_new FROM questions WHERE id IN ('q-1', 'q-4') ORDER BY id";
        expect(await readRows(again.client, q)).toEqual(await readRows(client, q));
        const late =
            "SELECT id FROM user_sessions WHERE started_at > '2024-07-07T07:07:07.000Z' OR started_at > last_accessed_at";
        expect(await readRows(again.client, late)).toEqual([]);

        // The events that later commands add have the time of the question.
        const history = await runHere((context) => migrateHistory(context, {}), { root, url });
        expect(history.code).toBe(0);
        const added = "SELECT created_at AS time FROM question_history WHERE question_id = 'q-3'";
        expect(await readRows(client, added)).toEqual([{ time: earliest }]);
    });

    testOriginal(
        `makes no question new that is old but does not say so, and reads a day as its midnight${note}`,
        async () => {
            const { client, url } = await target.createDatabase();
            await buildOriginal(client, "drizzle", 6);
            await client.executeMultiple(unsaid);
            const ran = await adoptHere(url);
            expect([ran.code, ran.error, await verifyHere(url)]).toEqual([0, undefined, 0]);
            const noon = "2024-06-06T06:06:06.000Z";
            const recent = expect.stringMatching(/^20\d\d-\S+\.000Z$/);
            const questions = "SELECT id, created_at, last_updated, is_new FROM questions ORDER BY id";
            expect((await readRows(client, questions)).map((row) => Object.values(row))).toEqual([
                ["q-1", noon, null, 0],
                ["q-2", "2024-05-05T00:00:00.000Z", "2024-06-07T00:00:00.000Z", 0],
                ["q-3", recent, null, 1],
                ["q-4", "yesterday", null, 1],
                ["q-5", "2024-03-02T00:00:00.000Z", null, 0],
                ["q-6", noon, null, 1],
            ]);
            const runs =
                "SELECT started_at || coalesce(' ' || completed_at, '') AS run FROM bot_runs ORDER BY bot_name";
            const midnight = "2024-01-01T00:00:00.000Z";
            expect((await readRows(client, runs)).map(({ run }) => run)).toEqual([
                "2024-02-02T00:00:00.000Z 2024-02-02T00:00:00.000Z",
                midnight,
                midnight,
                `${midnight} once`,
            ]);
            // A refused row takes the mark along to the reject file.
            const again = await target.createDatabase();
            await buildOriginal(again.client, "drizzle", 6);
            await again.client.executeMultiple(unsaid);
            await again.client.execute("UPDATE questions SET difficulty = 'Beginner' WHERE id IN ('q-1', 'q-3')");
            const rejects = path.join(writeProject({}), "left.ndjson");
            expect((await adoptHere(again.url, { rejects })).code).toBe(5);
            const quarantined = `SELECT record ->> 'id' AS id, filled FROM schema_adoption
            WHERE outcome = 'refused' AND source_table = 'questions'`;
            expect(await readRows(again.client, quarantined)).toEqual([
                { id: "q-1", filled: '{"is_new":0}' },
                { id: "q-3", filled: null },
            ]);
            expect(readFileSync(rejects, "utf8")).toMatch(/"isNew":0/);
        },
    );

    testOriginal(
        `merges equal relationships, channel mappings and open jobs, refuses none, and keeps them whole${note}`,
        async () => {
            const { client, url } = await target.createDatabase();
            await buildOriginal(client, "original", 2);
            await client.executeMultiple(doubled);
            const checked = await adoptHere(url, { check: true }, { json: true });
            expect([checked.code, JSON.parse(checked.stdout)]).toEqual([
                0,
                expect.objectContaining({ refused: 0, merged: 7 }),
            ]);
            const rejects = path.join(writeProject({}), "left.ndjson");
            const ran = await adoptHere(url, { rejects });
            expect([ran.code, ran.error, await verifyHere(url)]).toEqual([0, undefined, 0]);
            expect(existsSync(rejects)).toBe(false);
            expect(ran.stdout).toContain(
                "\nMerge:    work_queue: 3 with the item_id, item_type, action of a row that is kept\n",
            );
            expect(ran.stdout).toContain(
                "Adopted the database. Merged 7 rows into others (schema_adoption keeps them). ",
            );
            // The application creates its indexes again at its start.
            await client.execute(
                "CREATE INDEX idx_relationships_source ON question_relationships (source_question_id)",
            );
            const again = await adoptHere(url);
            expect([again.code, again.stdout]).toEqual([
                0,
                expect.stringContaining(" In addition: 3 tables, 1 index, 1 view that"),
            ]);
            const kept = "SELECT group_concat(id) AS ids FROM (SELECT id FROM";
            expect(await readRows(client, `${kept} question_relationships ORDER BY id)`)).toEqual([{ ids: "2,4,5" }]);
            expect(await readRows(client, `${kept} channel_mappings WHERE id > 90 ORDER BY id)`)).toEqual([
                { ids: "91,93,94" },
            ]);
            expect(await readRows(client, `${kept} work_queue ORDER BY id)`)).toEqual([{ ids: "2,4,5,6,8" }]);
            const quarantined = await readRows(
                client,
                "SELECT source_table || ' ' || source_row AS row, outcome, record ->> '$.id' AS id, reasons FROM schema_adoption " +
                    "WHERE source_row IS NOT NULL ORDER BY source_table, schema_adoption.source_row",
            );
            const relationship = ["merged:source_question_id,relationship_type,target_question_id"];
            expect(
                quarantined.map(({ row, outcome, id, reasons }) => [row, outcome, id, JSON.parse(`${reasons}`)]),
            ).toEqual([
                ["channel_mappings 92", "merged", 92, ["merged:channel_id,sub_channel,question_id"]],
                ...[1, 3, 6].map((id) => [`question_relationships ${id}`, "merged", id, relationship]),
                ...[1, 3, 7].map((id) => [`work_queue ${id}`, "merged", id, ["merged:item_id,item_type,action"]]),
            ]);
        },
    );
});
