import { beforeAll, beforeEach, expect, test } from "vitest";
import { readRows } from "../support/contents.ts";
import { createDeployedDatabase } from "../support/deployed.ts";
import { describeTargets, type TestDatabase } from "../support/targets.ts";
import { type Fields, loadFiles, loadQuestions, makeQuestion } from "./records.ts";

const [first, second] = ["2026-01-01T00:00:00.000Z", "2026-02-01T00:00:00.000Z"];

/** An event as a trigger of another database recorded it. */
function makeEvent(fields: Fields = {}): Fields {
    return { questionId: "q-1", eventType: "updated", eventSource: "system", createdAt: first, ...fields };
}

describeTargets("an event that meets rows of the triggers", (target) => {
    let deployed: TestDatabase;
    let database: TestDatabase;

    beforeAll(async () => {
        deployed = await createDeployedDatabase(target);
    });

    beforeEach(async () => {
        database = await target.createCopy(deployed);
        return () => database.close();
    });

    const loadEvents = async (events: readonly Fields[]) =>
        (await loadFiles(database, { "events.json": events })).counts;
    const readEvents = (type: string) =>
        readRows(
            database.client,
            `SELECT event_source, source_name, created_at FROM question_history
            WHERE event_type = '${type}' ORDER BY created_at`,
        );

    test("leaves in its place what another record of the same source says is there", async () => {
        for (const later of [makeEvent({ createdAt: second }), makeEvent({ eventSource: "bot", createdAt: second })]) {
            await database.client.execute("DELETE FROM question_history");
            expect(await loadEvents([makeEvent()])).toMatchObject({ "question-history": { created: 1, replaced: 0 } });
            expect(await loadEvents([makeEvent(), later])).toMatchObject({
                "question-history": { read: 2, created: 1, replaced: 0, unchanged: 1 },
            });
            expect((await readEvents("updated")).map(({ created_at }) => created_at)).toEqual([first, second]);
            expect(await loadEvents([makeEvent(), later])).toMatchObject({ "question-history": { unchanged: 2 } });
        }
    });

    test("does not replace an event of the same kind that came with another source", async () => {
        await loadEvents([makeEvent()]);
        expect(await loadEvents([makeEvent({ createdAt: second })])).toMatchObject({
            "question-history": { created: 1, replaced: 0 },
        });
        expect((await readEvents("updated")).map(({ created_at }) => created_at)).toEqual([first, second]);
    });

    test("takes one row over once, also where two that could stand in different chunks", async () => {
        await loadQuestions(database, [makeQuestion("q-1", { createdAt: "2025-12-01T00:00:00.000Z" })]);
        const others = Array.from({ length: 8_100 }, (_, at) =>
            makeEvent({ questionId: `t-${at}`, questionType: "test" }),
        );
        const created = makeEvent({ eventType: "created" });
        const counts = await loadEvents([created, ...others, { ...created, createdAt: second }]);
        expect(counts).toMatchObject({ "question-history": { read: 8_102, created: 8_101, replaced: 1 } });
        expect(await readEvents("created")).toEqual(
            [first, second].map((created_at) => ({ event_source: "system", source_name: null, created_at })),
        );
    });

    test("takes over a row of the triggers under the default source of the database, and no change of another's", async () => {
        await database.client.execute("UPDATE history_writer SET default_source = 'bot'");
        await database.client.execute(`INSERT INTO questions
            (id, question, answer, explanation, difficulty, channel, sub_channel, created_at)
            VALUES ('q-1', 'q', 'a', 'e', 'beginner', 'c', 's', '2026-01-01 00:00:00')`);
        await database.client.execute("UPDATE questions SET answer = 'b'");
        const created = makeEvent({ eventType: "created", eventSource: "user", sourceName: "ada", createdAt: second });
        for (const source of ["bot", "system"]) {
            expect(await loadEvents([makeEvent({ eventSource: source })])).toMatchObject({
                "question-history": { created: 1, replaced: 0 },
            });
        }
        const same = makeEvent({ eventType: "created", eventSource: "bot" });
        expect(await loadEvents([same])).toMatchObject({ "question-history": { created: 0, unchanged: 1 } });
        expect(await loadEvents([created])).toMatchObject({ "question-history": { created: 0, replaced: 1 } });
        expect(await readEvents("created")).toEqual([{ event_source: "user", source_name: "ada", created_at: second }]);
        expect((await readEvents("updated")).map(({ event_source }) => event_source)).toEqual(["bot", "system", "bot"]);
    });

    test("replaces no change that a trigger of another source recorded, nor an event that the application wrote", async () => {
        await loadQuestions(database, [makeQuestion("q-1", { createdAt: "2025-12-01T00:00:00.000Z" })]);
        await database.client.execute("UPDATE questions SET answer = 'b'");
        const snapshots = { before_snapshot: expect.any(String), after_snapshot: '{"answer":"b"}' };
        const theirs = { changedFields: ["tldr"], beforeSnapshot: { tldr: "a" }, afterSnapshot: { tldr: "b" } };
        for (const [at, part] of Object.keys(theirs).entries()) {
            const event = { eventSource: "bot", sourceName: null, [part]: theirs[part as keyof typeof theirs] };
            expect(
                await loadEvents([makeEvent({ ...event, createdAt: `2025-01-0${at + 1}T00:00:00.000Z` })]),
            ).toMatchObject({
                "question-history": { created: 1, replaced: 0 },
            });
        }
        const own =
            "SELECT before_snapshot, after_snapshot FROM question_history WHERE event_source = 'system' AND event_type = 'updated'";
        expect(await readRows(database.client, own)).toEqual([snapshots]);

        await database.client.execute("UPDATE history_writer SET default_source = 'bot'");
        for (const column of ["changes_summary", "reason", "metadata"]) {
            await database.client.execute(`DELETE FROM question_history`);
            await database.client.execute(
                `INSERT INTO question_history (question_id, event_type, event_source, ${column}, created_at)
                VALUES ('q-1', 'updated', 'bot', '{}', '${second}')`,
            );
            const event = makeEvent({ eventSource: "bot", sourceName: "writer" });
            expect(await loadEvents([event])).toMatchObject({ "question-history": { created: 1, replaced: 0 } });
            expect((await readEvents("updated")).map(({ created_at }) => created_at)).toEqual([first, second]);
        }
    });

    test("keeps the texts that the row has, where the event says none", async () => {
        await loadQuestions(database, [makeQuestion("q-1", { answer: "The earlier text." })]);
        const newer = makeQuestion("q-1", { answer: "The later text.", lastUpdated: second });
        const event = makeEvent({ eventSource: "bot", sourceName: "writer", createdAt: second, beforeSnapshot: null });
        const { counts } = await loadFiles(database, { "questions.json": [newer], "events.json": [event] });
        expect(counts).toMatchObject({ questions: { updated: 1 }, "question-history": { created: 0, replaced: 1 } });
        expect(
            await readRows(
                database.client,
                `SELECT source_name, created_at, changed_fields, before_snapshot, after_snapshot
                FROM question_history WHERE event_type = 'updated'`,
            ),
        ).toEqual([
            {
                source_name: "writer",
                created_at: second,
                changed_fields: '["answer"]',
                before_snapshot: '{"answer":"The earlier text."}',
                after_snapshot: '{"answer":"The later text."}',
            },
        ]);
    });
});
