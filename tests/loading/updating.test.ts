import { beforeAll, beforeEach, expect, test } from "vitest";
import { hashLoaded, readRows, readValue } from "../support/contents.ts";
import { createDeployedDatabase } from "../support/deployed.ts";
import { describeTargets, type TestDatabase } from "../support/targets.ts";
import { type Fields, loadFiles, loadQuestions, makeQuestion } from "./records.ts";

const first = "2026-01-01T00:00:00.000Z";
const later = "2026-02-01T00:00:00.000Z";
const earlier = "2025-12-01T00:00:00.000Z";

const full = makeQuestion("q-1", {
    diagram: "flowchart TD\n  A --> B",
    tags: ["a", "b"],
    videos: { shortVideo: "https://example.com/s", longVideo: null },
    companies: ["Acme"],
    eli5: "Like a drawer.",
    tldr: "Itself.",
    relevanceScore: 40,
    voiceSuitable: true,
    status: "flagged",
    isNew: 0,
    createdAt: "2025-06-01T10:00:00.000Z",
});

describeTargets("a record that meets its row", (target) => {
    let deployed: TestDatabase;
    let database: TestDatabase;

    beforeAll(async () => {
        deployed = await createDeployedDatabase(target);
        expect((await loadQuestions(deployed, [full])).questions).toMatchObject({ read: 1, created: 1 });
    });

    beforeEach(async () => {
        database = await target.createCopy(deployed);
        return () => database.close();
    });

    const readQuestion = async (columns = "*"): Promise<Record<string, unknown>> =>
        (await readRows(database.client, `SELECT ${columns} FROM questions WHERE id = 'q-1'`))[0] ?? {};
    const readHistory = (): Promise<Record<string, unknown>[]> =>
        readRows(
            database.client,
            `SELECT event_type, event_source, source_name, changed_fields, before_snapshot, after_snapshot
            FROM question_history WHERE question_id = 'q-1' ORDER BY id`,
        );
    const change = (fields: Fields): Fields => ({ ...full, ...fields });

    // Nothing at all: not even a row of the history, or a number of an AUTOINCREMENT.
    async function expectNothingWritten(record: Fields, outcome: string, options = {}): Promise<void> {
        const before = await hashLoaded(database.client);
        const { questions, code } = await loadQuestions(database, [record], options);
        expect(questions).toMatchObject({ read: 1, [outcome]: 1 });
        expect(code).toBe(outcome === "rejected" ? 5 : 0);
        expect(await hashLoaded(database.client)).toBe(before);
    }

    test("updates it when it is newer, and the history keeps the text before", async () => {
        const { questions } = await loadQuestions(database, [change({ answer: "Better.", lastUpdated: later })]);
        expect(questions).toMatchObject({ read: 1, updated: 1 });
        expect(await readQuestion("answer, last_updated, eli5")).toEqual({
            answer: "Better.",
            last_updated: later,
            eli5: "Like a drawer.",
        });
        const [created, updated, ...rest] = await readHistory();
        expect(created).toMatchObject({ event_type: "created", event_source: "import", source_name: "questions" });
        expect(updated).toMatchObject({
            event_type: "updated",
            event_source: "import",
            source_name: "questions",
            changed_fields: '["answer"]',
            before_snapshot: JSON.stringify({ answer: full.answer }),
            after_snapshot: '{"answer":"Better."}',
        });
        expect(rest).toEqual([]);
        expect(await readRows(database.client, "SELECT source, source_name FROM history_writer")).toEqual([
            { source: null, source_name: null },
        ]);
    });

    test("updates it when only the record says when it changed", async () => {
        await database.client.execute("UPDATE questions SET last_updated = NULL WHERE id = 'q-1'");
        const { questions } = await loadQuestions(database, [change({ answer: "Better.", lastUpdated: earlier })]);
        expect(questions).toMatchObject({ updated: 1 });
        expect(await readQuestion("answer, last_updated")).toEqual({ answer: "Better.", last_updated: earlier });
    });

    test("never overwrites it when it is older", async () => {
        await expectNothingWritten(change({ answer: "Older.", lastUpdated: earlier }), "older");
    });

    test.each([
        ["the record does not say when", undefined],
        ["both say the same", first],
        ["both say the same, in two forms", "2026-01-01 00:00:00"],
    ])("is rejected as undated-change with other content where %s", async (_, lastUpdated) => {
        const record = change({ answer: "Another.", lastUpdated });
        await expectNothingWritten(record, "rejected");
        const { rejects } = await loadQuestions(database, [record]);
        expect(rejects).toMatchObject([{ code: "undated-change", position: "0" }]);
        expect(rejects[0]?.message).toMatch(
            /^differs from its row, but which is newer is not known .*--force loads it$/,
        );
    });

    test("writes nothing when it is equal", () => expectNothingWritten(full, "unchanged"));

    test("writes nothing when its JSON and its times are written otherwise", async () => {
        // The application writes its JSON with blanks, and its times in another form.
        await database.client.execute(`
            UPDATE questions SET
                tags = '[ "a", "b" ]',
                videos = '{ "longVideo": null, "shortVideo": "https://example.com/s" }',
                last_updated = '2026-01-01 00:00:00',
                created_at = '2025-06-01 10:00:00'
            WHERE id = 'q-1'`);
        await expectNothingWritten(full, "unchanged");
        const written = { createdAt: "2025-06-01 12:00:00.000000+02", lastUpdated: "2026-01-01T00:00:00Z" };
        await expectNothingWritten(change(written), "unchanged");
    });

    test("writes nothing when only columns that keep books differ, or when it changed", async () => {
        await expectNothingWritten(change({ relevanceScore: 90, isNew: true, lastUpdated: later }), "unchanged");
        await expectNothingWritten(change({ lastUpdated: undefined }), "unchanged");
    });

    test("writes nothing when it says less", async () => {
        const { id, question, answer, explanation, difficulty, channel, subChannel } = full;
        await expectNothingWritten({ id, question, answer, explanation, difficulty, channel, subChannel }, "unchanged");
    });

    test("loads with --force although it is older, undated, or dated the same", async () => {
        for (const [answer, lastUpdated] of [
            ["Forced, older.", earlier],
            ["Forced, undated.", undefined],
            ["Forced, the same time.", earlier],
        ]) {
            const { questions } = await loadQuestions(database, [change({ answer, lastUpdated })], { force: true });
            expect(questions).toMatchObject({ read: 1, updated: 1 });
            expect(await readQuestion("answer")).toEqual({ answer });
        }
        expect((await readHistory()).map(({ event_type }) => event_type)).toEqual([
            "created",
            "updated",
            "updated",
            "updated",
        ]);
        await expectNothingWritten(change({ answer: "Forced, the same time." }), "unchanged", { force: true });
    });

    test("leaves the columns that it does not mention, and clears those that it sets to null", async () => {
        const record = change({ lastUpdated: later, eli5: null, tags: null, diagram: undefined, companies: undefined });
        const { questions } = await loadQuestions(database, [record]);
        expect(questions).toMatchObject({ updated: 1 });
        expect(await readQuestion("eli5, tags, diagram, companies, tldr, created_at")).toEqual({
            eli5: null,
            tags: null,
            diagram: full.diagram,
            companies: '["Acme"]',
            tldr: "Itself.",
            created_at: full.createdAt,
        });
        const [, updated] = await readHistory();
        expect(updated).toMatchObject({
            changed_fields: '["tags","eli5"]',
            before_snapshot: JSON.stringify({ tags: '["a","b"]', eli5: "Like a drawer." }),
        });
    });

    test("takes the default for a null where a column may not be null, also in a new row", async () => {
        const nulls = { status: null, isNew: null, createdAt: null };
        const { questions } = await loadQuestions(database, [
            change({ ...nulls, lastUpdated: later }),
            makeQuestion("q-2", nulls),
        ]);
        expect(questions).toMatchObject({ read: 2, created: 1, updated: 1 });
        expect(await readQuestion("status, is_new, created_at")).toEqual({
            status: "active",
            is_new: 1,
            created_at: full.createdAt,
        });
        expect(
            await readRows(
                database.client,
                "SELECT status, is_new, created_at IS NOT NULL AS dated FROM questions WHERE id = 'q-2'",
            ),
        ).toEqual([{ status: "active", is_new: 1, dated: 1 }]);
        await expectNothingWritten(change({ ...nulls, lastUpdated: later }), "unchanged");
    });

    test("keeps its mappings, relationships and whole history through an update", async () => {
        await database.client.executeMultiple(`
            INSERT INTO channel_mappings (channel_id, sub_channel, question_id) VALUES ('unix', '', 'q-1');
            INSERT INTO questions (id, question, answer, explanation, difficulty, channel, sub_channel)
            VALUES ('q-other', 'Why?', 'So.', '', 'beginner', 'linux', 'shell');
            INSERT INTO question_relationships (source_question_id, target_question_id, relationship_type)
            VALUES ('q-1', 'q-other', 'related');`);
        await loadQuestions(database, [change({ answer: "Better.", lastUpdated: later })]);
        expect(await readValue(database.client, "SELECT count(*) FROM channel_mappings")).toBe(2);
        expect(await readValue(database.client, "SELECT count(*) FROM question_relationships")).toBe(1);
        const history = "SELECT count(*) FROM question_history WHERE question_id = 'q-1'";
        expect(await readValue(database.client, history)).toBe(2);
    });

    test("is decided alike by --dry-run, which writes nothing", async () => {
        const records = [
            change({ answer: "Better.", lastUpdated: later }),
            makeQuestion("q-2"),
            makeQuestion("q-3", { difficulty: "hard" }),
            makeQuestion("q-4"),
            makeQuestion("q-4"),
        ];
        const mappings = { channels: { unix: { subChannels: { shell: ["q-1", "q-2", "q-404"] } } } };
        const files = { "questions.json": records, "mappings.json": mappings };
        const before = await hashLoaded(database.client);
        const dry = await loadFiles(database, files, { dryRun: true });
        expect(await hashLoaded(database.client)).toBe(before);
        expect([dry.code, dry.rejects]).toEqual([5, []]);
        const real = await loadFiles(database, files);
        expect(dry.counts).toEqual(real.counts);
        expect(real.counts).toMatchObject({
            questions: { read: 5, created: 2, updated: 1, unchanged: 1, rejected: 1 },
            "channel-mappings": { read: 6, created: 4, unchanged: 1, rejected: 1 },
        });
        expect(real.codes).toEqual(["invalid-difficulty 2", "dangling-reference unix/shell/2"]);
    });
});
