import type { Client } from "@libsql/client";
import { beforeEach, expect, test } from "vitest";
import { createDeployedDatabase } from "../support/deployed.ts";
import { describeTargets } from "../support/targets.ts";
import { pickContent } from "./question-content.ts";
import { insertRow, readRefusal, readRows, readValue, renderInsert } from "./rows.ts";

describeTargets("the application's ways of writing", (target) => {
    let client: Client;

    beforeEach(async () => {
        client = (await createDeployedDatabase(target)).client;
        for (const id of ["q-1", "q-2"]) {
            await insertRow(client, "questions", { id });
            await insertRow(client, "channel_mappings", { question_id: id });
        }
        await insertRow(client, "question_relationships", { source_question_id: "q-1", target_question_id: "q-2" });
        await insertRow(client, "question_relationships", { source_question_id: "q-2", target_question_id: "q-1" });
    });

    const count = (table: string) => readValue(client, `SELECT count(*) FROM ${table}`);

    test("keeps a mapping that is inserted again with OR IGNORE a single row", async () => {
        for (let times = 0; times < 3; times++)
            await insertRow(client, "channel_mappings", { question_id: "q-1" }, "INSERT OR IGNORE");
        expect(await count("channel_mappings")).toBe(2);

        const { sql, args } = renderInsert("channel_mappings", { question_id: "q-1" });
        expect(await readRefusal(client, sql, args)).toMatch("UNIQUE constraint failed: channel_mappings.channel_id");
        expect(await count("channel_mappings")).toBe(2);
    });

    test("puts a question into several channels and into several parts of one", async () => {
        for (const [channel_id, sub_channel] of [
            ["backend", "storage"],
            ["database", "storage"],
            ["database", ""],
        ])
            await insertRow(client, "channel_mappings", {
                question_id: "q-1",
                channel_id: channel_id ?? "",
                sub_channel: sub_channel ?? "",
            });
        expect(await count("channel_mappings")).toBe(5);
    });

    test("refuses a mapping and a relationship of a question that is not there", async () => {
        const mapping = renderInsert("channel_mappings", { question_id: "q-404" }, "INSERT OR IGNORE");
        expect(await readRefusal(client, mapping.sql, mapping.args)).toMatch("FOREIGN KEY constraint failed");
        const relationship = renderInsert("question_relationships", {
            source_question_id: "q-1",
            target_question_id: "q-404",
        });
        expect(await readRefusal(client, relationship.sql, relationship.args)).toMatch("FOREIGN KEY constraint failed");
        expect([await count("channel_mappings"), await count("question_relationships")]).toEqual([2, 2]);
    });

    test("keeps the mappings, relationships and history of a replaced question", async () => {
        await insertRow(client, "questions", { id: "q-1", answer: "second" }, "INSERT OR REPLACE");
        await insertRow(client, "questions", { id: "q-1", answer: "third" }, "INSERT OR REPLACE");
        expect(await count("channel_mappings")).toBe(2);
        expect(await count("question_relationships")).toBe(2);
        expect(await readRows(client, "SELECT * FROM pragma_foreign_key_check")).toEqual([]);
        const events = await readRows(
            client,
            "SELECT event_type FROM question_history WHERE question_id = 'q-1' ORDER BY id",
        );
        expect(events.map((event) => event.event_type)).toEqual(["created", "updated", "updated"]);
    });

    test("removes the mappings and relationships of a deleted question", async () => {
        await client.execute("DELETE FROM questions WHERE id = 'q-1'");
        expect(await readRows(client, "SELECT question_id FROM channel_mappings")).toEqual([{ question_id: "q-2" }]);
        expect(await count("question_relationships")).toBe(0);
    });

    test("refuses to drop the questions in a rebuild by hand, instead of wiping what points to them", async () => {
        // A rebuild by hand that forgets to switch the foreign keys off; the triggers go with the table and do not fire.
        const rebuild = `
            BEGIN IMMEDIATE;
            DROP TRIGGER trg_questions_delete;
            CREATE TABLE questions_new (id TEXT NOT NULL PRIMARY KEY, question TEXT NOT NULL) STRICT;
            INSERT INTO questions_new SELECT id, question FROM questions;
            DROP TABLE questions;
            ALTER TABLE questions_new RENAME TO questions;
            COMMIT;`;
        await expect(client.executeMultiple(rebuild)).rejects.toThrow("FOREIGN KEY constraint failed");
        expect([await count("questions"), await count("channel_mappings")]).toEqual([2, 2]);
        expect(await count("question_relationships")).toBe(2);
    });

    test("takes timestamps in either form, and keeps them as they are written but for the tables that are sorted by them", async () => {
        const forms = ["2026-01-26T04:05:41.427Z", "2026-01-26 04:05:41"];
        for (const form of forms) {
            await insertRow(
                client,
                "questions",
                { id: "q-1", created_at: form, last_updated: form },
                "INSERT OR REPLACE",
            );
            await insertRow(client, "work_queue", { created_at: form, processed_at: form });
            await insertRow(client, "bot_ledger", { created_at: form });
            await insertRow(client, "bot_runs", { started_at: form, completed_at: form });
            await insertRow(client, "question_history", { created_at: form });
            expect(await readRows(client, "SELECT created_at, last_updated FROM questions WHERE id = 'q-1'")).toEqual([
                { created_at: form, last_updated: form },
            ]);
        }
        const [iso] = forms;
        for (const [table, column, stored] of [
            ["work_queue", "processed_at", [iso, "2026-01-26T04:05:41.000Z"]],
            ["bot_ledger", "created_at", [iso, "2026-01-26T04:05:41.000Z"]],
            ["bot_runs", "started_at", forms],
        ] as const) {
            const kept = await readRows(client, `SELECT ${column} FROM ${table} ORDER BY id`);
            expect(kept.map((row) => row[column])).toEqual(stored);
        }
    });

    test("stores the numbers that JavaScript sends as whole numbers", async () => {
        await insertRow(client, "questions", { id: "q-3", voice_suitable: 1, relevance_score: 64, is_new: 0 });
        await insertRow(client, "work_queue", { priority: 2 });
        const types = "SELECT typeof(voice_suitable), typeof(relevance_score), typeof(is_new) FROM questions";
        expect(Object.values((await readRows(client, `${types} WHERE id = 'q-3'`))[0] ?? {})).toEqual(
            Array(3).fill("integer"),
        );
        expect(await readValue(client, "SELECT typeof(priority) FROM work_queue")).toBe("integer");
    });

    test("gives one pending item to one of two bots that claim at once", async () => {
        for (const priority of [7n, 2n, 2n]) await insertRow(client, "work_queue", { priority });
        const claim = (bot: string) =>
            readRows(
                client,
                `UPDATE work_queue SET status = 'processing', assigned_to = ?1
                WHERE id = (
                    SELECT id FROM work_queue
                    WHERE status = 'pending' AND (assigned_to IS NULL OR assigned_to = ?1)
                    ORDER BY priority, created_at
                    LIMIT 1
                )
                RETURNING id, priority`,
                [bot],
            );
        expect(await claim("processor")).toEqual([{ id: 2, priority: 2 }]);
        expect(await claim("verifier")).toEqual([{ id: 3, priority: 2 }]);
        expect(await claim("processor")).toEqual([{ id: 1, priority: 7 }]);
        expect(await claim("processor")).toEqual([]);
    });

    test("records its own event without a double when it says so first", async () => {
        await client.batch(
            [
                "UPDATE history_writer SET source = 'self'",
                "UPDATE questions SET answer = 'better' WHERE id = 'q-1'",
                `INSERT INTO question_history (question_id, event_type, event_source, source_name, changes_summary)
                VALUES ('q-1', 'improved', 'bot', 'processor', 'Answer polished')`,
                "UPDATE history_writer SET source = NULL, source_name = NULL",
            ],
            "write",
        );
        const events = await readRows(
            client,
            "SELECT event_type FROM question_history WHERE question_id = 'q-1' ORDER BY id",
        );
        expect(events.map((event) => event.event_type)).toEqual(["created", "improved"]);
    });

    test("refuses a writer of a kind that the history does not know, and a second row about who writes", async () => {
        expect(await readRefusal(client, "UPDATE history_writer SET source = 'nobody'")).toMatch(
            "CHECK constraint failed: history_writer_source_is_known",
        );
        expect(await readRefusal(client, "INSERT INTO history_writer (id) VALUES (2)")).toMatch(
            "CHECK constraint failed: history_writer_has_one_row",
        );
        expect(await readRows(client, "SELECT id, source FROM history_writer")).toEqual([{ id: 1, source: null }]);
    });

    test("saves a question with all its columns", async () => {
        const question = { id: "q-9", ...pickContent(1), question: "Ü 🔒 'quoted' \"twice\" \\ \n end" };
        await insertRow(client, "questions", question, "INSERT OR REPLACE");
        const [saved] = await readRows(client, "SELECT * FROM questions WHERE id = 'q-9'");
        expect(saved).toMatchObject(question);
    });
});
