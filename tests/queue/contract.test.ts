import type { Client } from "@libsql/client";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Connection } from "../../src/database/connection.ts";
import { assertThat } from "../../src/queue/effects.ts";
import type { Queue } from "../../src/queue/queue.ts";
import { insertRow, readRows, readValue } from "../product/rows.ts";
import { createDeployedDatabase } from "../support/deployed.ts";
import { tell } from "../support/snapshot.ts";
import { describeTargets, type TestDatabase } from "../support/targets.ts";
import { claimOne, improve, openTestQueue } from "./queues.ts";

const note = {
    sql: "INSERT INTO bot_ledger (bot_name, action, item_type, item_id) VALUES ('t', 'update', 'question', 'q')",
};
const past = "strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '-1 hour')";

describeTargets("the queue", (target) => {
    let database: TestDatabase;
    let client: Client;
    let connection: Connection;
    let queue: Queue;

    beforeEach(async () => {
        database = await createDeployedDatabase(target);
        client = database.client;
        ({ queue, connection } = await openTestQueue(database));
    });
    afterEach(async () => {
        connection.close();
        await database.close();
    });

    const job = async (id = 1) => (await readRows(client, `SELECT * FROM work_queue WHERE id = ${id}`))[0] ?? {};
    const effects = () => readValue(client, "SELECT count(*) FROM bot_ledger");

    test("adds a job once while it is open, for the bot of its action, and again once it is done", async () => {
        expect(
            await queue.enqueue([improve("q-1", 5), { ...improve("q-1"), action: "verify" }, improve("q-1", 3)]),
        ).toMatchObject([
            { id: 1, isNew: true },
            { id: 2, isNew: true },
            { id: 1, isNew: false },
        ]);
        expect(await queue.enqueue([improve("q-1", 2)])).toMatchObject([{ id: 1, isNew: false, status: "pending" }]);
        expect(await job()).toMatchObject({ priority: 2, assigned_to: "processor", attempts: 0, max_attempts: 5 });
        expect(await job(2)).toMatchObject({ assigned_to: "verifier" });
        const claim = await claimOne(queue);
        expect(await queue.enqueue([improve("q-1", 1)])).toMatchObject([{ isNew: false, status: "processing" }]);
        await queue.complete(claim, {});
        expect(await queue.enqueue([improve("q-1")])).toMatchObject([{ id: 3, isNew: true }]);
    });

    test("adds one row and uses one id when 20 add the same at once", async () => {
        const others = await Promise.all(Array.from({ length: 20 }, () => openTestQueue(database)));
        const added = await Promise.all(others.map((other) => other.queue.enqueue([improve("q-1")])));
        for (const other of others) other.connection.close();
        expect(added.flat().filter(({ isNew }) => isNew)).toHaveLength(1);
        expect(await readValue(client, "SELECT count(*) FROM work_queue")).toBe(1);
        expect(await readValue(client, "SELECT seq FROM sqlite_sequence WHERE name = 'work_queue'")).toBe(1);
    });

    test("adds many with one request for each thousand", async () => {
        const jobs = Array.from({ length: 2_500 }, (_, n) => improve(`q-${n}`, 1 + (n % 10)));
        const before = connection.cost.requests;
        expect((await queue.enqueue([...jobs, ...jobs.slice(0, 9)])).filter(({ isNew }) => isNew)).toHaveLength(2_500);
        if (connection.countsRows) expect(connection.cost.requests - before).toBe(3);
    });

    test("claims by urgency and then by the time that jobs are due, never what is not due or another bot's", async () => {
        await queue.enqueue([improve("late", 5), improve("first", 1), improve("early", 5), improve("other", 5)]);
        await client.executeMultiple(`
            UPDATE work_queue SET run_after = ${past} WHERE item_id = 'early';
            UPDATE work_queue SET run_after = '2199-01-01T00:00:00.000Z' WHERE item_id = 'late';
            UPDATE work_queue SET assigned_to = 'verifier' WHERE item_id = 'other'`);
        const ids: (string | undefined)[] = [];
        for (const worker of ["a", "b", "c"]) ids.push((await queue.claim("processor", worker))?.itemId);
        expect(ids).toEqual(["first", "early", undefined]);
        expect(await queue.claim("verifier", "v", ["verify"])).toBeUndefined();
        expect(await queue.claim("verifier", "v", ["verify", "improve"])).toMatchObject({ itemId: "other" });
    });

    test("gives a worker that lost the answer to its claim the same job, without another attempt", async () => {
        await queue.enqueue([improve("q-1"), improve("q-2")]);
        const first = await claimOne(queue);
        expect(await claimOne(queue)).toEqual(first);
        expect(await readRows(client, "SELECT status, attempts FROM work_queue ORDER BY id")).toEqual([
            { status: "processing", attempts: 1 },
            { status: "pending", attempts: 0 },
        ]);
    });

    test("gives one job to exactly one of 20", async () => {
        await queue.enqueue([improve("q-1")]);
        const others = await Promise.all(Array.from({ length: 20 }, () => openTestQueue(database)));
        const claims = await Promise.all(others.map((other, at) => other.queue.claim("processor", `w-${at}`)));
        for (const other of others) other.connection.close();
        expect(claims.filter(Boolean)).toHaveLength(1);
        expect(await job()).toMatchObject({ attempts: 1, locked_by: claims.find(Boolean)?.worker });
    });

    test("completes the duplicates that another program added, with the job that is done instead", async () => {
        await queue.enqueue([improve("q-1")]);
        for (const _ of [1, 2]) await insertRow(client, "work_queue", { item_id: "q-1", assigned_to: "processor" });
        await queue.complete(await claimOne(queue), { changed: true });
        expect(await readRows(client, "SELECT status, result FROM work_queue ORDER BY id")).toEqual([
            { status: "completed", result: '{"changed":true}' },
            { status: "completed", result: '{"duplicateOf":1}' },
            { status: "completed", result: '{"duplicateOf":1}' },
        ]);
    });

    test("completes a job together with its effects, or neither", async () => {
        await queue.enqueue([improve("q-1"), improve("q-2")]);
        const [first, second] = [await claimOne(queue, "a"), await claimOne(queue, "b")];
        await queue.complete(first, { changed: true }, [
            note,
            ...queue.renderEnqueue([{ ...improve("q-1"), action: "verify" }]),
        ]);
        expect(await job()).toMatchObject({ status: "completed", result: '{"changed":true}', locked_until: null });
        expect(await job(3)).toMatchObject({ action: "verify", assigned_to: "verifier" });

        const unmet = assertThat("1 = 2", "the question is as it was read");
        await expect(queue.complete(second, {}, [note, unmet])).rejects.toMatchObject({
            assertion: "the question is as it was read",
        });
        await expect(
            queue.complete(second, {}, [note, { sql: "INSERT INTO bot_runs (id) VALUES (1)" }]),
        ).rejects.toThrow("NOT NULL constraint failed");
        expect(await job(2)).toMatchObject({ status: "processing" });
        expect(await effects()).toBe(1);
    });

    test("takes a repeated completion for done, and writes nothing for it", async () => {
        await queue.enqueue([improve("q-1")]);
        const claim = await claimOne(queue);
        await queue.complete(claim, { changed: true }, [note]);
        const before = connection.cost.rowsWritten;
        await queue.complete(claim, { changed: true }, [note]);
        expect(connection.cost.rowsWritten - before).toBe(0);
        expect(await effects()).toBe(1);
    });

    test("refuses a late worker once another one has the job, and writes nothing for it", async () => {
        const short = await openTestQueue(database, { lease: 0, backOff: 0 });
        await queue.enqueue([improve("q-1")]);
        const late = await claimOne(short.queue, "late");
        // Nobody has taken it yet: what is late but done counts.
        await queue.extend(late);
        await client.execute(`UPDATE work_queue SET locked_until = ${past}`);
        expect(await short.queue.reap()).toBe(1);
        const next = await claimOne(queue, "next");
        expect(next).toMatchObject({ id: late.id, attempt: 2 });
        const before = connection.cost.rowsWritten;
        for (const verb of [
            () => queue.complete(late, {}, [note]),
            () => queue.extend(late),
            () => queue.retry(late, "slow"),
            () => queue.snooze(late, 5, "a test"),
            () => queue.bury(late, "slow"),
        ])
            await expect(verb()).rejects.toThrow("LEASE_LOST");
        expect(connection.cost.rowsWritten - before).toBe(0);
        await queue.complete(next, {}, [note]);
        expect(await effects()).toBe(1);
        short.connection.close();
    });

    test("completes a job whose lease has ended while nobody else has claimed it", async () => {
        await queue.enqueue([improve("q-1")]);
        const claim = await claimOne(queue);
        await client.execute(`UPDATE work_queue SET locked_until = ${past}`);
        await queue.complete(claim, {}, [note]);
        expect([(await job()).status, await effects()]).toEqual(["completed", 1]);
    });

    test("returns a failed attempt after a pause that doubles, keeps its last five errors, and fails the job in the end", async () => {
        await queue.enqueue([improve("q-1")]);
        const pauses: number[] = [];
        for (let attempt = 1; attempt <= 5; attempt++) {
            const claim = await claimOne(queue);
            expect(claim.attempt).toBe(attempt);
            const { status } = await queue.retry(claim, `error ${attempt}, ${"x".repeat(600)}`);
            expect(status).toBe(attempt < 5 ? "pending" : "failed");
            pauses.push(
                Math.round(
                    Number(
                        await readValue(
                            client,
                            "SELECT 86400 * (julianday(run_after) - julianday('now')) FROM work_queue",
                        ),
                    ),
                ),
            );
            expect(await queue.claim("processor", "w-2")).toBeUndefined();
            await client.execute(`UPDATE work_queue SET run_after = ${past}`);
        }
        tell(`${target.name}: pauses of ${pauses.join(", ")} seconds`);
        for (const [at, pause] of pauses.entries()) expect(Math.abs(pause - 30 * 2 ** at)).toBeLessThan(10);
        const { result, processed_at } = await job();
        const { errors } = JSON.parse(String(result)) as { errors: string[] };
        expect(errors.map((error) => error.slice(0, 7))).toEqual([
            "error 5",
            "error 4",
            "error 3",
            "error 2",
            "error 1",
        ]);
        expect(errors[0]).toHaveLength(500);
        expect(processed_at).toMatch(/Z$/);
    });

    test("pauses at most an hour, however many attempts there were", async () => {
        await queue.enqueue([improve("q-1")]);
        await client.execute("UPDATE work_queue SET attempts = 90, max_attempts = 1000");
        await queue.retry(await claimOne(queue), "again");
        expect(
            await readValue(client, "SELECT julianday(run_after) - julianday('now') < 1.21 / 24 FROM work_queue"),
        ).toBe(1);
    });

    test("returns a snoozed job without counting the attempt, until it has been snoozed for a day", async () => {
        await queue.enqueue([improve("q-1")]);
        const { runAfter } = await queue.snooze(await claimOne(queue), 3_600, "a test");
        expect(await job()).toMatchObject({ status: "pending", attempts: 0, locked_until: null, run_after: runAfter });
        expect(await readValue(client, `SELECT round((julianday('${runAfter}') - julianday('now')) * 24)`)).toBe(1);
        await client.execute(`UPDATE work_queue SET run_after = ${past}, attempts = 4,
            result = json_set(result, '$.snoozedSince', '2026-01-01T00:00:00.000Z')`);
        expect((await queue.snooze(await claimOne(queue), 60, "a test")).status).toBe("failed");
        expect(await job()).toMatchObject({ status: "failed", attempts: 5 });
    });

    test("never counts a return without a pause, and forgets the pauses when an attempt fails", async () => {
        await queue.enqueue([improve("q-1")]);
        await queue.snooze(await claimOne(queue), 60, "a test");
        await client.execute(`UPDATE work_queue SET run_after = ${past}, attempts = 4,
            result = json_set(result, '$.snoozedSince', '2026-01-01T00:00:00.000Z')`);
        expect((await queue.snooze(await claimOne(queue), 0, "a test")).status).toBe("pending");
        expect(await job()).toMatchObject({ attempts: 4 });
        await client.execute("UPDATE work_queue SET attempts = 1");
        await queue.retry(await claimOne(queue), "no");
        expect(JSON.parse(String((await job()).result))).toEqual({ snoozedFor: "a test", errors: ["no"] });
    });

    test("fails a job for good, cancels an open one, and returns a failed one with all its attempts", async () => {
        await queue.enqueue([improve("q-1"), improve("q-2")]);
        await queue.bury(await claimOne(queue), "the question is gone");
        expect(await job()).toMatchObject({ status: "failed", result: '{"errors":["the question is gone"]}' });
        expect([await queue.requeue(1), await queue.requeue(1), await queue.requeue(99)]).toEqual([true, false, false]);
        expect(await job()).toMatchObject({ status: "pending", attempts: 0, result: null, locked_by: null });

        const claim = await claimOne(queue, "w-2");
        expect([
            await queue.cancel(claim.id, "operator", "a mistake"),
            await queue.cancel(claim.id, "operator", ""),
        ]).toEqual([true, false]);
        expect(JSON.parse(String((await job(claim.id)).result))).toEqual({
            cancelled: true,
            by: "operator",
            reason: "a mistake",
        });
        for (const verb of [
            () => queue.extend(claim),
            () => queue.complete(claim, {}, [note]),
            () => queue.retry(claim, "x"),
        ])
            await expect(verb()).rejects.toThrow("LEASE_LOST");
        expect(await effects()).toBe(0);

        await queue.enqueue([improve(claim.itemId)]);
        expect(await queue.requeue(claim.id)).toBe(false);
    });

    test("returns jobs whose lease has ended, also one that a program without leases took a day ago, and assigns the rest", async () => {
        const row = { status: "processing", attempts: 1n };
        await insertRow(client, "work_queue", {
            ...row,
            item_id: "ended",
            locked_by: "dead",
            locked_until: "2026-01-01T00:00:00.000Z",
        });
        await insertRow(client, "work_queue", {
            ...row,
            item_id: "last",
            attempts: 5n,
            locked_until: "2026-01-01T00:00:00.000Z",
        });
        await insertRow(client, "work_queue", { ...row, item_id: "held", locked_until: "2199-01-01T00:00:00.000Z" });
        await insertRow(client, "work_queue", {
            status: "processing",
            item_id: "old",
            created_at: "2026-01-01 00:00:00",
        });
        await insertRow(client, "work_queue", { status: "processing", item_id: "new" });
        await insertRow(client, "work_queue", { item_id: "free", action: "verify" });
        await insertRow(client, "work_queue", { item_id: "word", action: "placeholder_content" });
        expect(await queue.reap()).toBe(3);
        expect(
            await readRows(
                client,
                "SELECT item_id, status, assigned_to, attempts, result ->> '$.errors[0]' AS error FROM work_queue ORDER BY id",
            ),
        ).toEqual([
            {
                item_id: "ended",
                status: "pending",
                assigned_to: "processor",
                attempts: 1,
                error: "the lease of dead ended",
            },
            {
                item_id: "last",
                status: "failed",
                assigned_to: null,
                attempts: 5,
                error: "the lease of no worker ended",
            },
            { item_id: "held", status: "processing", assigned_to: null, attempts: 1, error: null },
            {
                item_id: "old",
                status: "pending",
                assigned_to: "processor",
                attempts: 0,
                error: "the lease of no worker ended",
            },
            { item_id: "new", status: "processing", assigned_to: null, attempts: 0, error: null },
            { item_id: "free", status: "pending", assigned_to: "verifier", attempts: 0, error: null },
            { item_id: "word", status: "pending", assigned_to: "processor", attempts: 0, error: null },
        ]);
        expect(
            await readValue(
                client,
                "SELECT run_after > strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '+20 seconds') FROM work_queue WHERE item_id = 'ended'",
            ),
        ).toBe(1);
        const before = connection.cost.rowsWritten;
        expect(await queue.reap()).toBe(0);
        expect(connection.cost.rowsWritten - before).toBe(0);
    });

    test("deletes what was completed before a time, and nothing else", async () => {
        await client.execute(`INSERT INTO work_queue (item_type, item_id, action, status, processed_at)
            SELECT 'question', 'q-' || value, 'verify', iif(value % 10 = 0, 'failed', 'completed'), '2026-01-01T00:00:00.000Z' FROM generate_series(1, 1300)`);
        await queue.enqueue([improve("q-1")]);
        await queue.complete(await claimOne(queue), {});
        expect(await queue.purge("2026-02-01T00:00:00.000Z")).toBe(1_170);
        expect(await readValue(client, "SELECT count(*) FROM work_queue")).toBe(131);
    });

    test("finds and lists jobs", async () => {
        await queue.enqueue([improve("q-1", 9), improve("q-2", 1), { ...improve("q-3"), action: "verify" }]);
        expect(await queue.find(2)).toMatchObject({ item_id: "q-2", locked_by: null });
        expect(await queue.find(9)).toBeUndefined();
        const ids = async (filter: object) =>
            (await queue.list("pending", { limit: 9, ...filter })).map((row) => row.item_id);
        expect([
            await ids({}),
            await ids({ bot: "verifier" }),
            await ids({ action: "improve" }),
            await ids({ limit: 1 }),
        ]).toEqual([["q-2", "q-3", "q-1"], ["q-3"], ["q-2", "q-1"], ["q-2"]]);
    });

    test("costs three requests and at most 12 rows written a job, from its request to its completion", async () => {
        await queue.enqueue([improve("q-0")]);
        const before = { ...connection.cost };
        await queue.enqueue([improve("q-1")]);
        const claim = await claimOne(queue);
        await queue.complete(claim, { changed: true });
        const [requests, written] = [
            connection.cost.requests - before.requests,
            connection.cost.rowsWritten - before.rowsWritten,
        ];
        tell(
            `${target.name}: ${requests} requests, ${written} rows written, ${connection.cost.rowsRead - before.rowsRead} read a job`,
        );
        expect(requests).toBe(connection.countsRows ? 3 : 0);
        expect(written).toBeLessThanOrEqual(12);
        expect(
            await readRows(client, "SELECT status FROM work_queue WHERE item_id = 'q-1' OR attempts > 0"),
        ).toHaveLength(2);
    });
});
