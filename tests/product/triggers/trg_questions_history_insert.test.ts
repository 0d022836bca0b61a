import type { Client } from "@libsql/client";
import { beforeAll, beforeEach, expect, test } from "vitest";
import { createDeployedDatabase } from "../../support/deployed.ts";
import { describeTargets } from "../../support/targets.ts";
import { CONTENT, pickContent } from "../question-content.ts";
import { insertRow, readRefusal, readRows, readValue, renderInsert, type Values } from "../rows.ts";
import { countEvents, readEvents, readEventTypes } from "./history.ts";

describeTargets("trg_questions_history_insert", (target) => {
    let client: Client;
    let id: string;
    let questions = 0;

    beforeAll(async () => {
        client = (await createDeployedDatabase(target)).client;
    });

    beforeEach(() => {
        questions++;
        id = `q-${questions}`;
    });

    const insert = (values: Values = {}, verb?: string) => insertRow(client, "questions", { id, ...values }, verb);

    test("records a new question as created, at the time that the question gives", async () => {
        await insert({ created_at: "2024-02-03 04:05:06" });
        expect(await readEvents(client, id)).toEqual([
            { type: "created", source: "system", name: null, fields: undefined, before: undefined, after: undefined },
        ]);
        const [event] = await readRows(client, "SELECT * FROM question_history WHERE question_id = ?", [id]);
        expect(event).toMatchObject({ created_at: "2024-02-03T04:05:06.000Z", question_type: "question" });
    });

    test("records a question under the id and the time that the database gave it", async () => {
        await insertRow(client, "questions", { answer: "without an id" });
        const rows = await readRows(
            client,
            `SELECT q.id = h.question_id AND q.created_at = h.created_at AS same
            FROM questions AS q JOIN question_history AS h ON h.question_id = q.id
            WHERE q.answer = 'without an id'`,
        );
        expect(rows).toEqual([{ same: 1 }]);
    });

    test("records INSERT OR REPLACE of a question that is new as created", async () => {
        await insert({}, "INSERT OR REPLACE");
        expect(await readEventTypes(client, id)).toEqual(["created"]);
    });

    test("records INSERT OR REPLACE of an existing question as one update with the exact old values", async () => {
        await insert(pickContent(0));
        await insert({ ...pickContent(1), status: "active" }, "INSERT OR REPLACE");
        const columns = Object.keys(CONTENT).filter((column) => column !== "status");
        const pick = (which: 0 | 1) => Object.fromEntries(columns.map((name) => [name, CONTENT[name]?.[which]]));
        expect((await readEvents(client, id)).slice(1)).toEqual([
            { type: "updated", source: "system", name: null, fields: columns, before: pick(0), after: pick(1) },
        ]);
    });

    test("records nothing when INSERT OR REPLACE brings the content that is there", async () => {
        await insert({ ...pickContent(0), is_new: 0n, relevance_score: 50n, created_at: "2024-01-01T00:00:00.000Z" });
        await insert({ ...pickContent(0), last_updated: "2027-01-01T00:00:00.000Z" }, "INSERT OR REPLACE");
        expect(await readEventTypes(client, id)).toEqual(["created"]);
    });

    test("records what OR REPLACE makes of a NULL: the default of the column", async () => {
        await insert({ status: "flagged" });
        await insert({ status: null, created_at: null }, "INSERT OR REPLACE");
        expect((await readEvents(client, id)).slice(1)).toMatchObject([
            { type: "restored", fields: ["status"], before: { status: "flagged" }, after: { status: "active" } },
        ]);
    });

    test("takes the default source of the database for a change without a writer, and keeps it when one is cleared", async () => {
        await client.execute("UPDATE history_writer SET default_source = 'bot'");
        await insert();
        await client.batch(
            [
                "UPDATE history_writer SET source = 'user', source_name = 'ada'",
                renderInsert("questions", { id, answer: "second" }, "INSERT OR REPLACE"),
                "UPDATE history_writer SET source = NULL, source_name = NULL, event_type = NULL",
                renderInsert("questions", { id, answer: "third" }, "INSERT OR REPLACE"),
                `UPDATE questions SET answer = 'fourth' WHERE id = '${id}'`,
                `DELETE FROM questions WHERE id = '${id}'`,
            ],
            "write",
        );
        expect((await readEvents(client, id)).map((event) => [event.type, event.source, event.name])).toEqual([
            ["created", "bot", null],
            ["updated", "user", "ada"],
            ["updated", "bot", null],
            ["updated", "bot", null],
            ["deleted", "bot", null],
        ]);
        const refused = await readRefusal(client, "UPDATE history_writer SET default_source = 'self'");
        expect(refused).toMatch("CHECK constraint failed: history_writer_default_source_is_known");
        await client.execute("UPDATE history_writer SET default_source = 'system'");
    });

    test("records new questions and changes even without the row of the writer", async () => {
        await client.execute("DELETE FROM history_writer");
        await insert();
        await client.execute(`UPDATE questions SET answer = 'changed' WHERE id = '${id}'`);
        await client.execute("INSERT INTO history_writer (id) VALUES (1)");
        expect((await readEvents(client, id)).map((event) => [event.type, event.source])).toEqual([
            ["created", "system"],
            ["updated", "system"],
        ]);
    });

    test("names a replacement after what became of the status", async () => {
        await insert();
        for (const status of ["flagged", "deleted", "active"]) await insert({ status }, "INSERT OR REPLACE");
        expect(await readEventTypes(client, id)).toEqual(["created", "flagged", "deleted", "restored"]);
    });

    test("records each of several replacements in one statement, also of the same question", async () => {
        await insert({ answer: "old" });
        await client.execute({
            sql: `INSERT OR REPLACE INTO questions (id, question, answer, explanation, difficulty, channel, sub_channel)
                SELECT column1, question, column2, explanation, difficulty, channel, sub_channel
                FROM (VALUES (?1, 'first'), (?2, 'new'), (?1, 'second'), (?1, 'second')), questions
                WHERE questions.id = ?1`,
            args: [id, `${id}-b`],
        });
        const events = await readEvents(client, id);
        expect(events.map((event) => [event.type, event.before?.answer, event.after?.answer])).toEqual([
            ["created", undefined, undefined],
            ["updated", "old", "first"],
            ["updated", "first", "second"],
        ]);
        expect(await readEventTypes(client, `${id}-b`)).toEqual(["created"]);
    });

    test("names the writer, and writes nothing for one that records its own events", async () => {
        await client.batch(
            [
                "UPDATE history_writer SET source = 'import', source_name = 'legacy'",
                renderInsert("questions", { id }),
                renderInsert("questions", { id, answer: "second" }, "INSERT OR REPLACE"),
                "UPDATE history_writer SET source = 'self', source_name = NULL",
                renderInsert("questions", { id, answer: "third" }, "INSERT OR REPLACE"),
                renderInsert("questions", { id: `${id}-b` }),
                "UPDATE history_writer SET source = NULL",
            ],
            "write",
        );
        const events = await readEvents(client, id);
        expect(events.map((event) => [event.type, event.source, event.name])).toEqual([
            ["created", "import", "legacy"],
            ["updated", "import", "legacy"],
        ]);
        expect(await readEvents(client, `${id}-b`)).toEqual([]);

        await insert({ answer: "fourth" }, "INSERT OR REPLACE");
        expect((await readEvents(client, id)).at(-1)?.before).toEqual({ answer: "third" });
    });

    test("leaves no trace of an insert that is refused", async () => {
        await insert();
        const before = await countEvents(client);
        const { sql, args } = renderInsert("questions", { id, answer: "again" });
        expect(await readRefusal(client, sql, args)).toMatch("UNIQUE constraint failed: questions.id");
        expect(await countEvents(client)).toBe(before);
        expect(await readValue(client, "SELECT replaced_question_id FROM history_writer")).toBeNull();
    });
});
