import type { Client } from "@libsql/client";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createDeployedDatabase } from "../../support/deployed.ts";
import { describeTargets } from "../../support/targets.ts";
import { pickContent } from "../question-content.ts";
import { insertRow, readRows, type Values } from "../rows.ts";
import { readEvents, readEventTypes } from "./history.ts";

const ADDED = "2024-01-01T00:00:00.000Z";
const CHANGED = "2025-01-01T00:00:00.000Z";
const NOW = /^20(2[6-9]|[3-9]\d)-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

describeTargets("trg_questions_history_insert, the times of a replaced question", (target) => {
    let client: Client;
    let id: string;
    let questions = 0;

    beforeAll(async () => {
        client = (await createDeployedDatabase(target)).client;
    });

    beforeEach(async () => {
        questions++;
        id = `q-${questions}`;
        await insertRow(client, "questions", { id, ...pickContent(1), created_at: ADDED, last_updated: CHANGED });
    });

    const replace = (values: Values = {}) =>
        insertRow(client, "questions", { id, ...pickContent(1), ...values }, "INSERT OR REPLACE");
    const readTimes = async () =>
        (await readRows(client, "SELECT created_at, last_updated FROM questions WHERE id = ?", [id]))[0];

    test("lets last_updated follow a changed content, and keeps created_at, when the writer gives neither", async () => {
        await replace({ answer: "new" });
        expect(await readTimes()).toEqual({ created_at: ADDED, last_updated: expect.stringMatching(NOW) });
        expect((await readEvents(client, id)).slice(1)).toMatchObject([{ type: "updated", fields: ["answer"] }]);
    });

    test("keeps both when the content stayed the same, and records nothing", async () => {
        await replace();
        expect(await readTimes()).toEqual({ created_at: ADDED, last_updated: CHANGED });
        expect(await readEventTypes(client, id)).toEqual(["created"]);
    });

    test("takes the times that the writer gives, and records the changed created_at", async () => {
        const given = { created_at: "2023-03-03 03:03:03", last_updated: "2023-04-04 04:04:04" };
        await replace(given);
        expect(await readTimes()).toEqual(given);
        expect((await readEvents(client, id)).slice(1)).toMatchObject([
            {
                type: "updated",
                fields: ["created_at"],
                before: { created_at: ADDED },
                after: { created_at: given.created_at },
            },
        ]);
    });

    test("dates a changed question that had no last_updated, and leaves an unchanged one without", async () => {
        await client.execute({ sql: "UPDATE questions SET last_updated = NULL WHERE id = ?", args: [id] });
        await replace();
        expect(await readTimes()).toEqual({ created_at: ADDED, last_updated: null });
        await replace({ answer: "new" });
        expect(await readTimes()).toEqual({ created_at: ADDED, last_updated: expect.stringMatching(NOW) });
    });

    test("leaves a plain insert of a new question without last_updated", async () => {
        id = `${id}-new`;
        await insertRow(client, "questions", { id });
        expect(await readTimes()).toEqual({ created_at: expect.stringMatching(NOW), last_updated: null });
    });

    test("dates each of several questions that one statement replaces", async () => {
        await insertRow(client, "questions", { id: `${id}-b`, created_at: ADDED });
        await client.execute({
            sql: `INSERT OR REPLACE INTO questions (id, question, answer, explanation, difficulty, channel, sub_channel)
                SELECT id, question, answer || '!', explanation, difficulty, channel, sub_channel
                FROM questions WHERE id LIKE ? || '%'`,
            args: [id],
        });
        const rows = await readRows(
            client,
            "SELECT created_at, last_updated FROM questions WHERE id LIKE ? || '%' ORDER BY id",
            [id],
        );
        expect(rows).toEqual(Array(2).fill({ created_at: ADDED, last_updated: expect.stringMatching(NOW) }));
    });

    describe("for a writer that records its own events", () => {
        test("does the same, and records nothing", async () => {
            await client.execute("UPDATE history_writer SET source = 'self'");
            await replace();
            expect(await readTimes()).toEqual({ created_at: ADDED, last_updated: CHANGED });
            await replace({ answer: "new" });
            await client.execute("UPDATE history_writer SET source = NULL");
            expect(await readTimes()).toEqual({ created_at: ADDED, last_updated: expect.stringMatching(NOW) });
            expect(await readEventTypes(client, id)).toEqual(["created"]);
            expect(await readRows(client, "SELECT * FROM history_writer")).toEqual([
                {
                    id: 1,
                    source: null,
                    source_name: null,
                    default_source: "system",
                    event_type: null,
                    replaced_question_id: null,
                    replaced_content: null,
                },
            ]);
        });
    });
});
