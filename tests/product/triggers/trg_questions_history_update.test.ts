import type { Client } from "@libsql/client";
import { beforeAll, beforeEach, expect, test } from "vitest";
import { createDeployedDatabase } from "../../support/deployed.ts";
import { describeTargets } from "../../support/targets.ts";
import { BOOKKEEPING, CONTENT, IDENTITY, pickContent } from "../question-content.ts";
import { insertRow, readRows, readValue, renderInsert } from "../rows.ts";
import { readEvents, readEventTypes } from "./history.ts";

describeTargets("trg_questions_history_update", (target) => {
    let client: Client;
    let id: string;
    let questions = 0;

    beforeAll(async () => {
        client = (await createDeployedDatabase(target)).client;
    });

    beforeEach(async () => {
        questions++;
        id = `q-${questions}`;
        await insertRow(client, "questions", { id, ...pickContent(0) });
    });

    const update = (sets: string, args: (string | number | null)[] = []) =>
        client.execute({ sql: `UPDATE questions SET ${sets} WHERE id = ?`, args: [...args, id] });

    test("knows every column: it is content, bookkeeping, or says what and when the question is", async () => {
        const columns = await readRows(client, "SELECT name FROM pragma_table_info('questions')");
        const known = [...Object.keys(CONTENT), ...Object.keys(BOOKKEEPING), ...IDENTITY];
        expect(columns.map((column) => column.name).sort()).toEqual(known.sort());
    });

    test("records a change of each column of the content with the exact old and new value", async () => {
        for (const [column, [before, after]] of Object.entries(CONTENT)) {
            if (column !== "status") await update(`${column} = ?`, [after as string]);
            else await update("status = 'flagged'");
            const [event] = (await readEvents(client, id)).slice(-1);
            expect(event, column).toEqual({
                type: column === "status" ? "flagged" : "updated",
                source: "system",
                name: null,
                fields: [column],
                before: { [column]: before },
                after: { [column]: after },
            });
        }
        expect(await readEvents(client, id)).toHaveLength(1 + Object.keys(CONTENT).length);
    });

    test("records a change of created_at, which keeps no books, and lets last_updated follow", async () => {
        await update("created_at = '2020-01-01 00:00:00', last_updated = '2021-01-01'");
        await update("created_at = '2022-01-01T00:00:00.000Z'");
        expect((await readEvents(client, id)).at(-1)).toMatchObject({
            type: "updated",
            fields: ["created_at"],
            before: { created_at: "2020-01-01 00:00:00" },
            after: { created_at: "2022-01-01T00:00:00.000Z" },
        });
        expect(await readEvents(client, id)).toHaveLength(3);
        const dated = "SELECT last_updated > '2021-01-01' FROM questions WHERE id = ?";
        expect(await readValue(client, dated, [id])).toBe(1);
    });

    test("records a created_at that goes there and back, also after an ignored insert and in an upsert", async () => {
        const [first, second] = ["2020-01-01T00:00:00.000Z", "2022-01-01T00:00:00.000Z"];
        await update("created_at = ?", [first]);
        await insertRow(client, "questions", { id }, "INSERT OR IGNORE");
        await update("created_at = ?", [second]);
        await update("created_at = ?", [first]);
        const { sql, args } = renderInsert("questions", { id, created_at: second });
        await client.execute({
            sql: `${sql} ON CONFLICT (id) DO UPDATE SET created_at = excluded.created_at`,
            args,
        });
        const events = (await readEvents(client, id)).slice(1);
        expect(events.map((event) => event.after?.created_at)).toEqual([first, second, first, second]);
    });

    test("records several changes of one statement as one event, in the order of the columns", async () => {
        await update("voice_suitable = 1, answer = 'new', tags = '[]'");
        const [event] = (await readEvents(client, id)).slice(1);
        expect(event?.fields).toEqual(["answer", "tags", "voice_suitable"]);
        expect(event?.before).toEqual({ answer: CONTENT.answer?.[0], tags: '["locks"]', voice_suitable: null });
        expect(event?.after).toEqual({ answer: "new", tags: "[]", voice_suitable: 1 });
    });

    test("records nothing for bookkeeping, and nothing when nothing changed", async () => {
        for (const [column, [, after]] of Object.entries(BOOKKEEPING)) await update(`${column} = ?`, [after as string]);
        await update("answer = answer, status = status, eli5 = eli5");
        expect(await readEventTypes(client, id)).toEqual(["created"]);
    });

    test("leaves bookkeeping out of an event that has other changes", async () => {
        await update("answer = 'new', last_updated = '2027-01-01T00:00:00.000Z', relevance_score = 10");
        expect((await readEvents(client, id))[1]?.fields).toEqual(["answer"]);
    });

    test("names the event after what became of the status", async () => {
        const course = ["flagged", "active", "deleted", "flagged", "deleted", "active"];
        for (const status of course) await update("status = ?", [status]);
        await update("status = 'deleted', answer = 'gone'");
        const types = ["created", "flagged", "restored", "deleted", "flagged", "deleted", "restored", "deleted"];
        expect(await readEventTypes(client, id)).toEqual(types);
        expect((await readEvents(client, id)).at(-1)?.fields).toEqual(["answer", "status"]);
    });

    test("records one event for each question of a statement that changes many", async () => {
        await insertRow(client, "questions", { id: `${id}-b`, ...pickContent(0) });
        await client.execute({ sql: "UPDATE questions SET tldr = 'Same.' WHERE id LIKE ? || '%'", args: [id] });
        expect(await readEventTypes(client, id)).toEqual(["created", "updated"]);
        expect(await readEventTypes(client, `${id}-b`)).toEqual(["created", "updated"]);
    });

    test("records a new id under the new id, with the old one in it", async () => {
        await update("id = 'renamed'");
        expect(await readEvents(client, "renamed")).toEqual([
            {
                type: "updated",
                source: "system",
                name: null,
                fields: ["id"],
                before: { id },
                after: { id: "renamed" },
            },
        ]);
    });

    test("names the writer that has set itself, and writes nothing for one that records its own events", async () => {
        await client.batch(
            [
                "UPDATE history_writer SET source = 'bot', source_name = 'verifier'",
                `UPDATE questions SET answer = 'by the bot' WHERE id = '${id}'`,
                "UPDATE history_writer SET source = 'self', source_name = NULL",
                `UPDATE questions SET answer = 'by a writer of its own history' WHERE id = '${id}'`,
                "UPDATE history_writer SET source = NULL",
                `UPDATE questions SET answer = 'by nobody in particular' WHERE id = '${id}'`,
            ],
            "write",
        );
        const events = (await readEvents(client, id)).slice(1);
        expect(events.map((event) => [event.source, event.name, event.after?.answer])).toEqual([
            ["bot", "verifier", "by the bot"],
            ["system", null, "by nobody in particular"],
        ]);
        expect(events[1]?.before).toEqual({ answer: "by a writer of its own history" });
    });

    test("dates the event by the clock of the database, in the form of all its timestamps", async () => {
        await update("answer = 'new'");
        const recorded = await readValue(
            client,
            "SELECT created_at BETWEEN strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '-1 hour') AND " +
                "strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '+1 hour') FROM question_history ORDER BY id DESC LIMIT 1",
        );
        expect(recorded).toBe(1);
    });

    test("is undone together with a change that fails", async () => {
        await expect(update("answer = 'new', difficulty = 'impossible'")).rejects.toThrow("CHECK constraint failed");
        expect(await readEventTypes(client, id)).toEqual(["created"]);
        expect(await readValue(client, "SELECT answer FROM questions WHERE id = ?", [id])).toBe(CONTENT.answer?.[0]);
    });
});
