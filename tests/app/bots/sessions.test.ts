import type { Client } from "@libsql/client";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { arrangeSessions, renderSessionId, type VoiceQuestion } from "../../../app/bots/sessions/arranging.ts";
import { type Relationship, selectRelationships } from "../../../app/bots/sessions/relating.ts";
import { prepareSessions, type SessionsOptions } from "../../../app/bots/sessions/sessions.ts";
import { insertRow, readRows, readValue } from "../../product/rows.ts";
import { createDeployedDatabase, root } from "../../support/deployed.ts";
import { deployWell } from "../../support/deploying.ts";
import { type ModelRequest, type ModelServer, replies, startModelServer } from "../../support/model-server.ts";
import { tell } from "../../support/snapshot.ts";
import { describeTargets, type TestDatabase } from "../../support/targets.ts";
import { insertQuestion, runBotHere } from "./running.ts";

const channel = "system-design";

/** Three questions on caching of all difficulties, two of them alike, and one question each of two other subjects. */
async function insertVoiceQuestions(client: Client): Promise<void> {
    const rows = [
        ["q-1", "caching", "advanced", "How does a distributed cache survive the loss of a node under load?"],
        ["q-2", "caching", "beginner", "What is a distributed cache of a node good for under load?"],
        ["q-3", "caching", "intermediate", "When is an expired entry served although its origin is gone?"],
        ["q-4", "queues", "beginner", "Why does a consumer acknowledge a message only after its work?"],
        ["q-5", "consensus", "advanced", "What happens when two leaders believe in the same term?"],
    ] as const;
    for (const [id, subChannel, difficulty, question] of rows)
        await insertQuestion(client, id, { channel, subChannel, difficulty, question });
}

const answerTopic = { topic: "Caches That Last", description: "What keeps a cache useful when parts of it fail." };

/** The second and the third are related, and each is the prerequisite of the next, in a circle. */
function answerEdges({ user }: ModelRequest): object {
    const count = user.match(/"number":/g)?.length ?? 0;
    const circle = Array.from({ length: count }, (_, at) => ({
        ...{ source: at + 1, target: ((at + 1) % count) + 1, type: "prerequisite", strength: 90 - at },
    }));
    return { edges: [...circle, { source: 2, target: 1, type: "related", strength: 70 }] };
}

describeTargets("bot:sessions", (target) => {
    let database: TestDatabase;
    let client: Client;
    let model: ModelServer;
    beforeEach(async () => {
        database = await createDeployedDatabase(target);
        client = database.client;
        model = await startModelServer();
        Object.assign(model.answers, { sessions: answerEdges, "session-topic": answerTopic });
    });
    afterEach(async () => {
        await model.close();
        await database.close();
    });
    const run = (options: SessionsOptions = {}, more: Parameters<typeof runBotHere>[3] = {}) =>
        runBotHere(prepareSessions, database, options, more);
    const sessions = () =>
        readRows(
            client,
            `SELECT id, topic, description, difficulty, question_ids, total_questions, estimated_minutes
            FROM voice_sessions ORDER BY topic, id`,
        );
    const relationships = () =>
        readRows(
            client,
            `SELECT source_question_id AS source, target_question_id AS target, relationship_type AS type, strength
            FROM question_relationships ORDER BY source, target, type`,
        );
    const written = async () => {
        const tables = ["questions", "voice_sessions", "question_relationships", "bot_ledger", "question_history"];
        return JSON.stringify(await Promise.all(tables.map((table) => readRows(client, `SELECT * FROM ${table}`))));
    };
    const lastRun = async () =>
        (await readRows(client, "SELECT * FROM bot_runs ORDER BY id DESC LIMIT 1"))[0] as Record<string, unknown>;

    test("without a model arranges sub-channels by difficulty, and relates what is alike", async () => {
        await insertVoiceQuestions(client);
        const { code, stdout } = await run();
        expect(code).toBe(0);
        const ids = ["q-2", "q-3", "q-1"];
        expect(await sessions()).toEqual([
            {
                ...{ id: renderSessionId(channel, ids), topic: "Caching", description: null, difficulty: "advanced" },
                ...{ question_ids: JSON.stringify(ids), total_questions: 3, estimated_minutes: 9 },
            },
            {
                ...{ id: renderSessionId(channel, ["q-4", "q-5"]), topic: "System Design", description: null },
                ...{ difficulty: "advanced", question_ids: '["q-4","q-5"]', total_questions: 2, estimated_minutes: 6 },
            },
        ]);
        expect(await relationships()).toEqual([
            { source: "q-1", target: "q-2", type: "related", strength: expect.any(Number) },
        ]);
        expect(stdout).toContain("Went through 1 channel: 2 sessions added, 1 relationship added.");
        expect(await lastRun()).toMatchObject({ status: "completed", items_processed: 5, items_created: 2 });
        expect(
            await readRows(
                client,
                "SELECT bot_name, action, item_type, count(*) AS rows FROM bot_ledger GROUP BY 1, 2, 3",
            ),
        ).toEqual([
            { bot_name: "sessions", action: "analyze", item_type: "question", rows: 1 },
            { bot_name: "sessions", action: "create", item_type: "voice_session", rows: 2 },
        ]);
    });

    test("writes nothing but its own run the second time", async () => {
        await insertVoiceQuestions(client);
        const count = async (): Promise<{ requests: number; rowsWritten: number }> =>
            JSON.parse((await run({}, { json: true })).stdout);
        const first = await count();
        const before = await written();
        const second = await count();
        expect(await written()).toBe(before);
        // A run that has nothing to look at writes its own rows only, and so does one that changes nothing.
        await client.execute("UPDATE questions SET voice_suitable = 0");
        const idle = await count();
        tell(
            `${target.name}: rows written ${first.rowsWritten}, again ${second.rowsWritten}, idle ${idle.rowsWritten}; requests ${first.requests}, again ${second.requests}`,
        );
        const counter = 1;
        if (target.name === "sqld") expect(second.rowsWritten).toBe(idle.rowsWritten + counter);
        if (target.name === "sqld") expect(second.requests).toBeLessThanOrEqual(first.requests);
    });

    test("leaves everything as it is where no question is suitable, and says so", async () => {
        await insertVoiceQuestions(client);
        await run();
        await client.execute("UPDATE questions SET voice_suitable = 0");
        const before = await written();
        for (const options of [{}, { channel }, { channel: "nowhere" }]) {
            const { code, stdout } = await run(options);
            expect([code, await written()]).toEqual([0, before]);
            expect(stdout).toMatch(/No active question( of '[a-z-]+')? is suitable for voice\. Nothing was changed\./);
        }
        expect(await readValue(client, "SELECT count(*) FROM voice_sessions")).toBe(2);
    });

    test("replaces its own sessions whose questions differ now, and no others", async () => {
        await insertVoiceQuestions(client);
        await run();
        const foreign = { id: "voice-caching", topic: "Caching", channel, question_ids: '["q-1","q-9"]' };
        await insertRow(client, "voice_sessions", foreign);
        await insertRow(client, "voice_sessions", { ...foreign, id: `vs-${channel}-000000000000` });
        await insertQuestion(client, "q-6", { channel, subChannel: "caching", difficulty: "beginner" });
        const { stdout } = await run();
        expect(stdout).toContain("1 session added, 1 session removed");
        expect((await sessions()).map(({ id }) => id).sort()).toEqual(
            [
                ...["voice-caching", `vs-${channel}-000000000000`, renderSessionId(channel, ["q-4", "q-5"])],
                renderSessionId(channel, ["q-2", "q-6", "q-3", "q-1"]),
            ].sort(),
        );
        expect(await lastRun()).toMatchObject({ items_created: 1, items_updated: 0, items_deleted: 1 });
        await client.execute("UPDATE questions SET difficulty = 'intermediate' WHERE id = 'q-5'");
        expect((await run()).stdout).toContain("1 session changed.");
        expect(await readValue(client, "SELECT difficulty FROM voice_sessions WHERE topic = 'System Design'")).toBe(
            "intermediate",
        );
    });

    test("with a model takes its relationships without circles, its topics, and asks only about what is new", async () => {
        await insertVoiceQuestions(client);
        await run();
        const { code, stdout } = await run({}, { model });
        expect([code, model.requests.map(({ schema }) => schema)]).toEqual([
            0,
            ["sessions", "session-topic", "sessions", "session-topic"],
        ]);
        expect(stdout).toContain("2 sessions changed, 5 relationships added");
        expect((await sessions()).map(({ topic, description }) => [topic, description])).toEqual([
            [answerTopic.topic, answerTopic.description],
            [answerTopic.topic, answerTopic.description],
        ]);
        const prerequisites = (await relationships()).filter(({ type }) => type === "prerequisite");
        expect(prerequisites.map(({ source, target }) => [source, target])).toEqual([
            ["q-2", "q-3"],
            ["q-3", "q-1"],
            ["q-4", "q-5"],
        ]);
        const { summary } = await lastRun();
        expect(JSON.parse(String(summary))).toMatchObject({
            ...{ changed: 2, prompts: { sessions: 1, "session-topic": 1 } },
            llm: { model: "example", calls: 4 },
        });
        const before = await written();
        await run({}, { model });
        await run();
        expect([model.requests.length, await written()]).toEqual([4, before]);
    });

    test("without a model loses no description: the session with most of the questions takes it over", async () => {
        await insertVoiceQuestions(client);
        await run({}, { model });
        await client.execute("UPDATE questions SET status = 'flagged' WHERE id = 'q-3'");
        await client.execute("UPDATE voice_sessions SET topic = 'Odds' WHERE question_ids LIKE '%q-4%'");
        const changed = await run();
        expect(changed.stdout).toContain("1 session added, 1 session removed");
        expect((await sessions()).map(({ id, topic }) => [id, topic])).toEqual([
            [renderSessionId(channel, ["q-2", "q-1"]), answerTopic.topic],
            [renderSessionId(channel, ["q-4", "q-5"]), "Odds"],
        ]);
        // Nothing is left of its questions that could take it over.
        await client.execute("UPDATE questions SET status = 'flagged' WHERE id IN ('q-4', 'q-5')");
        const kept = await run();
        expect(kept.stderr).toContain("1 session of other questions stay");
        expect(await sessions()).toHaveLength(2);
    });

    test("adds no prerequisite that makes a circle with one of another channel", async () => {
        await insertVoiceQuestions(client);
        await insertQuestion(client, "q-9", { channel: "elsewhere" });
        const prerequisite = (source: string, target: string) =>
            insertRow(client, "question_relationships", {
                ...{ source_question_id: source, target_question_id: target, relationship_type: "prerequisite" },
            });
        await prerequisite("q-5", "q-9");
        await prerequisite("q-9", "q-4");
        await run({ channel }, { model });
        const found = (await relationships()).filter(({ type }) => type === "prerequisite");
        expect(found.map(({ source, target }) => `${source} ${target}`)).not.toContain("q-4 q-5");
        expect(found).toHaveLength(2 + 2 + 1);
    });

    test("writes a channel all or nothing: not where its questions change meanwhile", async () => {
        await insertVoiceQuestions(client);
        const before = await written();
        await client.execute(`CREATE TRIGGER meanwhile AFTER UPDATE OF items_created ON bot_runs WHEN NEW.items_created > 0
            BEGIN UPDATE questions SET voice_suitable = 0 WHERE id = 'q-5'; END`);
        const { code, stdout } = await run();
        expect([code, await written()]).toEqual([1, before]);
        expect(stdout).toContain("left out: it changed meanwhile");
        expect(await lastRun()).toMatchObject({ status: "failed", items_created: 0, items_processed: 0 });
    });

    test("leaves out a channel for which the model gives no usable answer, and ends when it is told to wait", async () => {
        await insertVoiceQuestions(client);
        await insertQuestion(client, "q-7", { channel: "sre", subChannel: "alerts" });
        await insertQuestion(client, "q-8", { channel: "sre", subChannel: "alerts" });
        model.script.push(replies.text("{"), replies.text("{"));
        const bad = await run({}, { model });
        expect(bad.stdout).toMatch(/sre {2}2 questions {2}left out: /);
        expect([bad.code, await sessions()]).toEqual([0, expect.objectContaining({ length: 2 })]);
        model.script.push(replies.rateLimited("3600"));
        const limited = await run({}, { model });
        expect([limited.code, (await sessions()).length]).toEqual([0, 2]);
        expect(limited.stdout).toContain("Ended early: ");
    });

    test("takes vectors where the search has them", async () => {
        await deployWell(root, database, { sets: ["search"] });
        await insertVoiceQuestions(client);
        for (const [id, vector] of [
            ["q-3", "[1,0,0]"],
            ["q-4", "[0.9,0.1,0]"],
            ["q-5", "[0,0,1]"],
        ])
            await client.execute({
                sql: "INSERT INTO question_vectors (question_id, model, dimensions, content_hash, vector) VALUES (?, 'test/3', 3, 'x', vector8(?))",
                args: [id ?? "", vector ?? ""],
            });
        expect((await run()).code).toBe(0);
        expect(await relationships()).toEqual([
            expect.objectContaining({ source: "q-1", target: "q-2" }),
            { source: "q-3", target: "q-4", type: "related", strength: 99 },
        ]);
    });

    test("keeps to --limit sessions and --channel, and writes nothing in a dry run", async () => {
        await insertVoiceQuestions(client);
        const before = await written();
        const dry = await run({ dryRun: true }, { json: true });
        expect([dry.code, await written(), await readValue(client, "SELECT count(*) FROM bot_runs")]).toEqual([
            0,
            before,
            0,
        ]);
        expect(JSON.parse(dry.stdout).lines).toEqual([
            expect.objectContaining({ channel, questions: 5, added: 2, relationships: 1 }),
        ]);
        await run({ dryRun: true }, { model });
        expect(model.requests).toEqual([]);
        expect((await run({ channel: "elsewhere" })).stdout).toContain("Nothing was changed");
        expect((await run({ limit: 1 })).stdout).toContain("1 session added");
        expect((await run({ limit: 1 })).stdout).toContain("1 session added");
        expect(await sessions()).toHaveLength(2);
        expect((await run({ limit: 0 })).code).toBe(2);
    });
});

const questions = (count: number): readonly VoiceQuestion[] =>
    Array.from({ length: count }, (_, at) => ({
        ...{ id: `q-${100 + at}`, text: `Question ${at}`, subChannel: "caching" },
        ...{ difficulty: ["advanced", "beginner", "intermediate"][at % 3] ?? "", createdAt: "2026-01-01" },
    }));

test("gives every question of a group one session, with 2 to 9 questions, the easy ones first", () => {
    for (const count of [2, 8, 9, 10, 17, 33]) {
        const sessions = arrangeSessions("database", questions(count));
        expect(sessions.flatMap(({ questionIds }) => questionIds).sort()).toEqual(questions(count).map(({ id }) => id));
        for (const { questionIds } of sessions) expect([2, 3, 4, 5, 6, 7, 8, 9]).toContain(questionIds.length);
    }
    expect(arrangeSessions("database", questions(1))).toEqual([]);
    expect(arrangeSessions("database", questions(17)).map(({ topic }) => topic)).toEqual([
        "Caching, Part 1",
        "Caching, Part 2",
    ]);
});

test("a question that is added changes only the last session of its group", () => {
    const [before, after] = [20, 21].map((count) => arrangeSessions("database", questions(count)).map(({ id }) => id));
    expect(after?.slice(0, 2)).toEqual(before?.slice(0, 2));
    expect(after?.[2]).not.toBe(before?.[2]);
});

test("no selection of relationships has a circle of prerequisites, an edge to itself, or one twice", () => {
    const id = fc.integer({ min: 1, max: 6 }).map((n) => `q-${n}`);
    const type = fc.constantFrom("prerequisite", "related", "follow_up");
    const edges = fc.array(fc.record({ source: id, target: id, type, strength: fc.integer({ min: 0, max: 100 }) }));
    fc.assert(
        fc.property(edges, edges, (proposed, stored) => {
            const existing = selectRelationships(stored as Relationship[], [], []);
            const isPrerequisite = (one: { type: string }): boolean => one.type === "prerequisite";
            const pairs = existing.filter(isPrerequisite).map(({ source, target }) => [source, target] as const);
            const added = selectRelationships(proposed as Relationship[], existing, pairs);
            const all = [...existing, ...added];
            expect(new Set(all.map(({ source, target, type }) => `${source} ${target} ${type}`)).size).toBe(all.length);
            expect(all.filter(({ source, target }) => source === target)).toEqual([]);
            let left = all.filter(isPrerequisite);
            // Without a circle there is always one that nothing leads to.
            for (;;) {
                const rest = left.filter(({ source }) => left.some(({ target }) => target === source));
                if (rest.length === left.length) break;
                left = rest;
            }
            expect(left).toEqual([]);
        }),
    );
});
