import type { Client } from "@libsql/client";
import { beforeEach, expect, test } from "vitest";
import { createDeployedDatabase } from "../../support/deployed.ts";
import { describeTargets } from "../../support/targets.ts";
import { insertRow, readRows, readValue } from "../rows.ts";
import { countEvents, readEvents, readEventTypes } from "./history.ts";

const UPSERT = `INSERT INTO questions (id, question, answer, explanation, difficulty, channel, sub_channel)
    VALUES ('q-1', 'q', 'upserted', 'e', 'beginner', 'c', 's')
    ON CONFLICT (id) DO UPDATE SET answer = excluded.answer`;

describeTargets("trg_questions_history_replace", (target) => {
    let client: Client;

    beforeEach(async () => {
        client = (await createDeployedDatabase(target)).client;
        await insertRow(client, "questions", { id: "q-1", answer: "first" });
    });

    const readNote = () =>
        readRows(client, "SELECT replaced_question_id, replaced_content FROM history_writer WHERE id = 1");
    const EMPTY = [{ replaced_question_id: null, replaced_content: null }];

    test("notes nothing for a new question", async () => {
        expect(await readNote()).toEqual(EMPTY);
    });

    test("leaves no note behind when the question was replaced", async () => {
        await insertRow(client, "questions", { id: "q-1", answer: "second" }, "INSERT OR REPLACE");
        expect(await readNote()).toEqual(EMPTY);
        expect(await readEventTypes(client, "q-1")).toEqual(["created", "updated"]);
    });

    test("writes no history when INSERT OR IGNORE meets an existing, different question", async () => {
        await insertRow(client, "questions", { id: "q-1", answer: "ignored" }, "INSERT OR IGNORE");
        expect(await readEventTypes(client, "q-1")).toEqual(["created"]);
        expect(await readValue(client, "SELECT answer FROM questions")).toBe("first");
    });

    test("leaves an upsert to the update: one event, with the old value", async () => {
        await client.execute(UPSERT);
        expect((await readEvents(client, "q-1")).slice(1)).toEqual([
            {
                type: "updated",
                source: "system",
                name: null,
                fields: ["answer"],
                before: { answer: "first" },
                after: { answer: "upserted" },
            },
        ]);
    });

    test("leaves no note behind after an upsert, and none after an update that follows an ignored insert", async () => {
        await client.execute(UPSERT);
        expect(await readNote()).toEqual(EMPTY);

        for (const source of [null, "self"]) {
            await insertRow(client, "questions", { id: "q-1", answer: "ignored" }, "INSERT OR IGNORE");
            expect(await readNote()).not.toEqual(EMPTY);
            await client.execute({ sql: "UPDATE history_writer SET source = ?", args: [source] });
            await client.execute("UPDATE questions SET answer = answer");
            expect(await readNote()).toEqual(EMPTY);
        }
        expect(await readEventTypes(client, "q-1")).toEqual(["created", "updated"]);
    });

    test("writes no history for an upsert that does nothing", async () => {
        await client.execute(UPSERT.replace(/DO UPDATE.*/s, "DO NOTHING"));
        expect(await readEventTypes(client, "q-1")).toEqual(["created"]);
    });

    const STALE: [string, () => Promise<unknown>][] = [
        [
            "an ignored insert",
            () => insertRow(client, "questions", { id: "q-1", answer: "ignored" }, "INSERT OR IGNORE"),
        ],
        ["an upsert", () => client.execute(UPSERT)],
    ];

    test.each(STALE)("never takes the note that %s left for the next question's", async (_name, leaveNote) => {
        await leaveNote();
        await insertRow(client, "questions", { id: "q-2" });
        expect(await readEventTypes(client, "q-2")).toEqual(["created"]);
        expect(await readNote()).toEqual(EMPTY);
    });

    test.each(STALE)(
        "never takes the note that %s left for the same question after a deletion",
        async (_name, leaveNote) => {
            await leaveNote();
            await client.execute("DELETE FROM questions");
            await insertRow(client, "questions", { id: "q-1", answer: "born again" });
            expect((await readEventTypes(client, "q-1")).slice(-2)).toEqual(["deleted", "created"]);
            expect(await readNote()).toEqual(EMPTY);
        },
    );

    test.each(STALE)(
        "never takes the note that %s left for a question whose id the database gives",
        async (_name, leaveNote) => {
            await leaveNote();
            const before = await countEvents(client);
            await insertRow(client, "questions", { answer: "without an id" });
            expect(await countEvents(client)).toBe(before + 1);
            const newest = "SELECT question_id, event_type FROM question_history ORDER BY id DESC LIMIT 1";
            const given = await readValue(client, "SELECT id FROM questions WHERE answer = 'without an id'");
            expect(await readRows(client, newest)).toEqual([{ question_id: given, event_type: "created" }]);
            expect(await readNote()).toEqual(EMPTY);
        },
    );

    test.each(STALE)(
        "notes anew what %s has left when the question is replaced after all",
        async (_name, leaveNote) => {
            await leaveNote();
            await client.execute("UPDATE questions SET answer = 'in between'");
            await insertRow(client, "questions", { id: "q-1", answer: "second" }, "INSERT OR REPLACE");
            expect((await readEvents(client, "q-1")).at(-1)?.before).toMatchObject({ answer: "in between" });
            expect(await readNote()).toEqual(EMPTY);
        },
    );

    test("leaves no note behind for a writer that records its own events", async () => {
        await client.batch(
            ["UPDATE history_writer SET source = 'self'", UPSERT, "UPDATE history_writer SET source = NULL"],
            "write",
        );
        expect(await readNote()).toEqual(EMPTY);
        expect(await readEventTypes(client, "q-1")).toEqual(["created"]);
    });
});
