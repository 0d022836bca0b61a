import { beforeAll, beforeEach, expect, test } from "vitest";
import { loaders } from "../../seeds/index.ts";
import type { Connection } from "../../src/database/connection.ts";
import { DatabaseFault } from "../../src/database/faults.ts";
import { type LoadRun, loadRecords } from "../../src/loading/load-records.ts";
import type { LoadCounts, Rejection, SourceRecord } from "../../src/loading/loader.ts";
import { readTables } from "../../src/schema/table.ts";
import { runCommand } from "../support/command.ts";
import { readRows, readValue } from "../support/contents.ts";
import { createDeployedDatabase, openTestConnection } from "../support/deployed.ts";
import { copyProject } from "../support/repository.ts";
import { tell } from "../support/snapshot.ts";
import { describeTargets, type TestDatabase } from "../support/targets.ts";
import { type Fields, makeQuestion } from "./records.ts";

const [questions] = loaders.filter((loader) => loader.name === "questions");
const [history] = loaders.filter((loader) => loader.name === "question-history");
const [queue] = loaders.filter((loader) => loader.name === "work-queue");
const [users] = loaders.filter((loader) => loader.name === "users");
const [mappings] = loaders.filter((loader) => loader.name === "channel-mappings");
const later = "2026-02-01T00:00:00.000Z";

describeTargets("a row that another writer changes between read and write", (target) => {
    let deployed: TestDatabase;
    let database: TestDatabase;
    let connection: Connection;

    beforeAll(async () => {
        deployed = await createDeployedDatabase(target);
        await load(await openTestConnection(deployed), [makeQuestion("q-1"), makeQuestion("q-2")]);
    });

    beforeEach(async () => {
        database = await target.createCopy(deployed);
        connection = await openTestConnection(database);
        return async () => {
            connection.close();
            await database.close();
        };
    });

    /** Loads questions, or mappings where `loader` is theirs. */
    async function load(
        through: Connection,
        values: readonly Fields[],
        loader = questions,
    ): Promise<{ counts: LoadCounts; rejected: Rejection[] }> {
        if (!loader) throw new Error("There is no such loader.");
        const rejected: Rejection[] = [];
        const run: LoadRun = {
            connection: through,
            tables: await readTables(through),
            force: false,
            dryRun: false,
            createdKeys: new Map(),
            rejected: (rejection) => void rejected.push(rejection),
            progress: () => undefined,
        };
        const records = values.map((value, at): SourceRecord => ({ file: "in.json", position: String(at), value }));
        return { counts: await loadRecords(run, loader, records), rejected };
    }

    // A real connection. Before each of the first `times` writes, the other writer's statement really runs.
    function withOtherWriter(sql: string, times: number): Connection {
        let left = times;
        return {
            ...connection,
            prepareWrite: (statements) => async () => {
                if (left-- > 0) await database.client.executeMultiple(sql);
                return connection.write(statements);
            },
        };
    }

    const readAnswers = (): Promise<Record<string, unknown>[]> =>
        readRows(database.client, "SELECT id, answer FROM questions ORDER BY id");

    test("a row that changed meanwhile is decided again: a change newer than the record wins", async () => {
        const through = withOtherWriter("UPDATE questions SET answer = 'Theirs.' WHERE id = 'q-1'", 1);
        const { counts, rejected } = await load(through, [
            makeQuestion("q-1", { answer: "Ours.", lastUpdated: later }),
            makeQuestion("q-2", { answer: "Ours as well.", lastUpdated: later }),
        ]);
        expect(rejected).toEqual([]);
        expect(counts).toMatchObject({ read: 2, updated: 1, older: 1 });
        expect(await readAnswers()).toEqual([
            { id: "q-1", answer: "Theirs." },
            { id: "q-2", answer: "Ours as well." },
        ]);
        // The write that was taken back left no history of its own.
        const events = await readRows(
            database.client,
            "SELECT question_id, event_source FROM question_history WHERE event_type = 'updated' ORDER BY id",
        );
        expect(events).toEqual([
            { question_id: "q-1", event_source: "system" },
            { question_id: "q-2", event_source: "import" },
        ]);
    });

    test("is updated from what the other one wrote, where the record is newer still", async () => {
        const sql = `UPDATE questions SET answer = 'Theirs.', last_updated = '2026-01-15T00:00:00.000Z' WHERE id = 'q-1'`;
        const { counts } = await load(withOtherWriter(sql, 1), [
            makeQuestion("q-1", { answer: "Ours.", lastUpdated: later }),
        ]);
        expect(counts).toMatchObject({ read: 1, updated: 1 });
        expect(
            await readRows(
                database.client,
                "SELECT before_snapshot FROM question_history WHERE event_type = 'updated'",
            ),
        ).toEqual([
            { before_snapshot: expect.stringContaining("It stands") },
            { before_snapshot: '{"answer":"Theirs."}' },
        ]);
    });

    test("keeps what the other one wrote into columns that the record does not mention", async () => {
        const sql = `UPDATE questions SET relevance_score = 77, job_title_relevance = '{"sre": 60}' WHERE id = 'q-1'`;
        const { counts } = await load(withOtherWriter(sql, 1), [
            makeQuestion("q-1", { answer: "Ours.", lastUpdated: later }),
        ]);
        expect(counts).toMatchObject({ read: 1, updated: 1 });
        expect(
            await readRows(
                database.client,
                "SELECT answer, relevance_score, job_title_relevance FROM questions WHERE id = 'q-1'",
            ),
        ).toEqual([{ answer: "Ours.", relevance_score: 77, job_title_relevance: '{"sre": 60}' }]);
    });

    test("is created again when the other one deleted it, and met when the other one created it", async () => {
        const sql = `
            DELETE FROM questions WHERE id = 'q-1';
            INSERT INTO questions (id, question, answer, explanation, difficulty, channel, sub_channel)
            VALUES ('q-3', 'Theirs?', 'Theirs.', 'Theirs it is.', 'beginner', 'linux', 'shell');`;
        const { counts, rejected } = await load(withOtherWriter(sql, 1), [
            makeQuestion("q-1", { answer: "Ours.", lastUpdated: later }),
            makeQuestion("q-3", { answer: "Ours.", lastUpdated: later }),
        ]);
        expect(rejected).toEqual([]);
        expect(counts).toMatchObject({ read: 2, created: 1, updated: 1 });
        expect(await readAnswers()).toMatchObject([{ answer: "Ours." }, { id: "q-2" }, { answer: "Ours." }]);
    });

    test("is not missed as the target of a mapping: the mapping is rejected, and the others load", async () => {
        const values = ["q-1", "q-2"].map((questionId) => ({ channelId: "unix", subChannel: "", questionId }));
        const through = withOtherWriter("DELETE FROM questions WHERE id = 'q-1'", 1);
        const { counts, rejected } = await load(through, values, mappings);
        expect(counts).toMatchObject({ read: 2, created: 1, rejected: 1 });
        expect(rejected).toMatchObject([{ code: "dangling-reference", position: "0" }]);
        expect(await readRows(database.client, "SELECT question_id FROM channel_mappings")).toEqual([
            { question_id: "q-2" },
        ]);
    });

    test("is not written a second time where the table would take it twice", async () => {
        const event = { questionId: "q-9", questionType: "test", eventType: "created", eventSource: "bot" };
        const values = [1, 2].map((day) => ({ ...event, createdAt: `2026-01-0${day}T00:00:00.000Z` }));
        const sql = `INSERT INTO question_history (question_id, question_type, event_type, event_source, created_at)
            VALUES ('q-9', 'test', 'created', 'bot', '2026-01-02T00:00:00.000Z')`;
        for (const [created, unchanged] of [
            [1, 1],
            [0, 2],
        ]) {
            const { counts } = await load(withOtherWriter(created === 0 ? "" : sql, 1), values, history);
            expect(counts).toMatchObject({ read: 2, created, unchanged });
        }
        expect(
            await readRows(database.client, "SELECT created_at FROM question_history WHERE question_id = 'q-9'"),
        ).toHaveLength(2);
    });

    test("is the one that was compared, where the table holds two of the same key", async () => {
        const item = { itemType: "question", itemId: "q-1", action: "verify", createdAt: "2026-01-01T00:00:00.000Z" };
        const sql = `INSERT INTO work_queue (item_type, item_id, action, created_at)
            VALUES ('question', 'q-1', 'verify', '2026-01-01T00:00:00.000Z')`;
        await database.client.executeMultiple(`${sql}; ${sql};`);
        const done = { ...item, status: "completed", processedAt: later };
        const { counts, rejected } = await load(connection, [done], queue);
        expect([counts, rejected]).toMatchObject([{ read: 1, updated: 1 }, []]);
        expect(await readRows(database.client, "SELECT status FROM work_queue ORDER BY status")).toEqual([
            { status: "completed" },
            { status: "pending" },
        ]);
    });

    test("is not waited for where nobody changed it: what is refused for good is tried once", async () => {
        let writes = 0;
        const through: Connection = {
            ...connection,
            prepareWrite: (statements) => () => {
                writes++;
                return connection.write(statements);
            },
        };
        await database.client.execute("INSERT INTO users (id, username, password) VALUES ('u-1', 'ada', 'hash')");
        const { counts, rejected } = await load(through, [{ id: "u-2", username: "ada", password: "hash" }], users);
        expect([counts, rejected]).toMatchObject([{ read: 1, rejected: 1 }, [{ code: "refused" }]]);
        expect(writes).toBe(1);
        expect(await readRows(database.client, "SELECT id FROM users")).toEqual([{ id: "u-1" }]);
    });

    test("ends the load when it never stands still, and is then as the other one left it", async () => {
        const sql = "UPDATE questions SET answer = answer || '!', last_updated = last_updated || '0' WHERE id = 'q-1'";
        const values = [makeQuestion("q-1", { answer: "Ours.", lastUpdated: later })];
        const failure = await load(withOtherWriter(sql, 99), values).catch((error: unknown) => error);
        expect(failure).toBeInstanceOf(DatabaseFault);
        expect(failure).toMatchObject({ kind: "busy", message: "others keep changing the same rows" });
        expect((await readAnswers())[0]?.answer).toBe(`${makeQuestion("q-1").answer}!!!!!`);
    });

    test("is written once by several processes that load the same records at once", async () => {
        const values = Array.from({ length: 1_400 }, (_, at) => makeQuestion(`q-${at}`, { lastUpdated: later }));
        // By three names, so that the last one does not recognise what the first one loaded.
        const names = ["1.json", "2.json", "3.json"];
        const root = copyProject({}, Object.fromEntries(names.map((name) => [name, JSON.stringify(values)])));
        const settings = { cwd: root, env: { TURSO_DATABASE_URL: database.url } };
        const runs = names.map((name) => runCommand("db:migrate", ["--from", name, "--json"], settings));
        const loads = (await Promise.all(runs)).map(({ code, stdout, stderr }) => {
            expect(code, stderr).toBe(0);
            return (JSON.parse(stdout) as { loaded: { questions: LoadCounts } }).loaded.questions;
        });
        const sum = (outcome: keyof LoadCounts): number => loads.reduce((all, counts) => all + counts[outcome], 0);
        expect([sum("read"), sum("created"), sum("unchanged")]).toEqual([4_200, 1_398, 2_802]);
        for (const table of ["questions", "channel_mappings", "question_history"]) {
            expect(await readValue(database.client, `SELECT count(*) FROM ${table}`), table).toBe(1_400);
        }
        tell(
            `${target.name}: 3 processes created ${loads.map(({ created }) => created).join(" + ")} of 1,398 questions`,
        );
    });
});
