import type { Client } from "@libsql/client";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Connection } from "../../src/database/connection.ts";
import { assertThat, runEffects } from "../../src/queue/effects.ts";
import type { Queue } from "../../src/queue/queue.ts";
import { runWorker, type Work, type WorkerOptions } from "../../src/queue/worker.ts";
import { readRows, readValue } from "../product/rows.ts";
import { createDeployedDatabase } from "../support/deployed.ts";
import { describeTargets, type TestDatabase } from "../support/targets.ts";
import { improve, openTestQueue } from "./queues.ts";

const note = {
    sql: "INSERT INTO bot_ledger (bot_name, action, item_type, item_id) VALUES ('t', 'update', 'question', 'q')",
};

describeTargets("a worker", (target) => {
    let database: TestDatabase;
    let client: Client;
    let connection: Connection;
    let queue: Queue;
    let stop: AbortController;

    beforeEach(async () => {
        database = await createDeployedDatabase(target);
        client = database.client;
        stop = new AbortController();
        ({ queue, connection } = await openTestQueue(database, { backOff: 0 }));
    });
    afterEach(async () => {
        connection.close();
        await database.close();
    });

    const run = (work: Work, options: Partial<WorkerOptions> = {}) =>
        runWorker(queue, work, { bot: "processor", name: "w", lease: 120, signal: stop.signal, ...options });
    const states = async () =>
        (await readRows(client, "SELECT status, attempts FROM work_queue ORDER BY id")).map(
            ({ status, attempts }) => `${status} ${attempts}`,
        );
    const done: Work = async () => ({ kind: "complete", result: {}, effects: [note] });

    test("does what is due and ends, or what the limit allows", async () => {
        await queue.enqueue([improve("q-1"), improve("q-2"), improve("q-3")]);
        expect(await run(done, { limit: 2 })).toMatchObject({ claimed: 2, completed: 2 });
        expect(await run(done, { concurrency: 4 })).toMatchObject({ claimed: 1, completed: 1 });
        expect(await run(done)).toMatchObject({ claimed: 0 });
        expect(await states()).toEqual(["completed 1", "completed 1", "completed 1"]);
    });

    test("retries a job whose work throws, buries and snoozes what it is told to, and tells of each", async () => {
        await queue.enqueue([improve("throws", 1), improve("gone", 2), improve("wait", 3), improve("broken", 4)]);
        const events: string[] = [];
        const patient = await openTestQueue(database);
        const summary = await runWorker(
            patient.queue,
            async ({ itemId }) => {
                if (itemId === "throws") throw new Error("out of luck");
                if (itemId === "gone") return { kind: "bury", error: "the question is gone" };
                if (itemId === "wait") return { kind: "snooze", pause: 3_600, reason: "asked to wait" };
                return {
                    kind: "complete",
                    result: {},
                    effects: [note, { sql: "INSERT INTO bot_runs (id) VALUES (1)" }],
                };
            },
            {
                ...{ bot: "processor", name: "w", lease: 120, signal: stop.signal },
                report: ({ claim, state, message }) =>
                    events.push(`${claim.itemId} ${state}: ${message?.slice(0, 20)}`),
            },
        );
        patient.connection.close();
        expect(summary).toMatchObject({ retried: 2, failed: 1, snoozed: 1, completed: 0 });
        expect(events.sort()).toEqual([
            expect.stringMatching(/^broken retried: NOT NULL constraint/),
            "gone failed: the question is gone",
            "throws retried: out of luck; due aga",
            "wait snoozed: asked to wait",
        ]);
        expect(await readValue(client, "SELECT count(*) FROM bot_ledger")).toBe(0);
    });

    test("fails a job that never succeeds after exactly its attempts", async () => {
        await queue.enqueue([improve("q-1")]);
        let attempts = 0;
        const summary = await run(async () => {
            attempts++;
            throw new Error("no");
        });
        expect([attempts, summary.retried, summary.failed]).toEqual([5, 4, 1]);
        expect(await states()).toEqual(["failed 5"]);
    });

    test("fails a job that kills its worker each time after exactly its attempts", async () => {
        await queue.enqueue([improve("q-1")]);
        for (let attempt = 1; attempt <= 6; attempt++) {
            const claim = await queue.claim("processor", `dead-${attempt}`);
            expect(claim?.attempt).toBe(attempt <= 5 ? attempt : undefined);
            await client.execute(
                "UPDATE work_queue SET locked_until = '2026-01-01T00:00:00.000Z' WHERE locked_until IS NOT NULL",
            );
            await queue.reap();
        }
        expect(await states()).toEqual(["failed 5"]);
    });

    test("does a job again that somebody was faster than, without counting the attempt", async () => {
        await queue.enqueue([improve("q-1")]);
        let reads = 0;
        const readAndWrite: Work = async () => {
            reads++;
            const unchanged = assertThat(reads === 1 ? "1 = 2" : "1 = 1", "the question is as it was read");
            return { kind: "complete", result: {}, effects: [note, unchanged] };
        };
        expect(await run(readAndWrite)).toMatchObject({ claimed: 1, snoozed: 1 });
        expect(await states()).toEqual(["pending 0"]);
        await client.execute("UPDATE work_queue SET run_after = created_at");
        expect(await run(readAndWrite)).toMatchObject({ completed: 1 });
        expect(await states()).toEqual(["completed 1"]);
        expect(await readValue(client, "SELECT count(*) FROM bot_ledger")).toBe(1);
    });

    test("stops claiming when told to, and releases what cannot end in time", async () => {
        await queue.enqueue([improve("q-1"), improve("q-2")]);
        const summary = await run(
            async (_, signal) => {
                stop.abort();
                await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
                throw new Error("unreachable");
            },
            { patience: 0.1 },
        );
        expect(summary).toMatchObject({ claimed: 1, snoozed: 1 });
        expect(await states()).toEqual(["pending 0", "pending 0"]);
    });

    test("ends what it works on when told to stop, if that is quick", async () => {
        await queue.enqueue([improve("q-1"), improve("q-2")]);
        const summary = await run(async (claim, signal) => {
            stop.abort();
            return done(claim, signal);
        });
        expect(summary).toMatchObject({ claimed: 1, completed: 1 });
        expect(await states()).toEqual(["completed 1", "pending 0"]);
    });

    test("extends its lease while it works, and aborts the work when the lease is lost", async () => {
        await queue.enqueue([improve("q-1")]);
        const short = await openTestQueue(database, { lease: 0.3 });
        let extended = 0;
        const summary = await runWorker(
            short.queue,
            async (claim, signal) => {
                const first = await readValue(client, "SELECT locked_until FROM work_queue");
                await new Promise((resolve) => setTimeout(resolve, 700));
                if ((await readValue(client, "SELECT locked_until FROM work_queue")) !== first) extended++;
                expect(await short.queue.reap()).toBe(0);
                await queue.cancel(claim.id, "operator", "enough");
                await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
                throw new Error("unreachable");
            },
            { bot: "processor", name: "w", lease: 0.3, signal: stop.signal },
        );
        short.connection.close();
        expect([extended, summary.lost]).toEqual([1, 1]);
        expect(await states()).toEqual(["failed 1"]);
    });

    test.each([true, false])(
        "has one effect of a job that two workers do, because of the fence (%s)",
        async (isFenced) => {
            await queue.enqueue([improve("q-1")]);
            const stalled: Work = async (claim) => {
                // The process was suspended: its lease ended, and another worker did the job.
                await client.execute("UPDATE work_queue SET locked_until = '2026-01-01T00:00:00.000Z'");
                expect(await run(done, { name: "other" })).toMatchObject({ reaped: 1, completed: 1 });
                if (isFenced) return { kind: "complete", result: {}, effects: [note] };
                await runEffects(connection, [
                    { sql: `UPDATE work_queue SET status = 'completed' WHERE id = ${claim.id}` },
                    note,
                ]);
                return { kind: "complete", result: {} };
            };
            expect(await run(stalled)).toMatchObject({ lost: 1 });
            expect(await readValue(client, "SELECT count(*) FROM bot_ledger")).toBe(isFenced ? 1 : 2);
            expect(await states()).toEqual(["completed 2"]);
        },
    );
});
