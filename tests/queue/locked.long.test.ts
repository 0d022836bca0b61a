import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { runWorker } from "../../src/queue/worker.ts";
import { holdLock } from "../migrations/writers.ts";
import { readValue } from "../product/rows.ts";
import { createDeployedDatabase } from "../support/deployed.ts";
import { tell } from "../support/snapshot.ts";
import { describeTargets, type TestDatabase } from "../support/targets.ts";
import { improve, openTestQueue } from "./queues.ts";

const milliseconds = 8_000;

describeTargets("a worker beside a client that holds the write lock for 8 seconds", (target) => {
    test("does every job once, and throws no error", async () => {
        const database = await createDeployedDatabase(target);
        const { queue, connection } = await openTestQueue(database, { random: Math.random });
        await queue.enqueue(Array.from({ length: 20 }, (_, n) => improve(`q-${n}`)));
        const waits: number[] = [];
        let holder: { done: Promise<unknown> } | undefined;
        const timed = {
            ...queue,
            claim: async (...values: Parameters<typeof queue.claim>) => {
                if (waits.length === 5) holder = await hold(database);
                const began = performance.now();
                const claim = await queue.claim(...values);
                waits.push(performance.now() - began);
                return claim;
            },
        };
        const summary = await runWorker(timed, async () => ({ kind: "complete", result: {} }), {
            ...{ bot: "processor", name: "w", lease: 120, signal: new AbortController().signal },
        });
        await holder?.done;
        tell(`${target.name}: the longest of ${waits.length} claims took ${(Math.max(...waits) / 1_000).toFixed(2)} s`);
        expect(summary).toMatchObject({ claimed: 20, completed: 20, retried: 0, failed: 0, lost: 0 });
        expect(await readValue(database.client, "SELECT count(*) FROM work_queue WHERE attempts = 1")).toBe(20);
        connection.close();
    });

    // Another process locks a file, because waiting for its lock blocks this one.
    async function hold({ url, client }: TestDatabase): Promise<{ done: Promise<unknown> }> {
        if (target.name === "file:") return { done: (await holdLock(url, "reserved", milliseconds)).result };
        const transaction = await client.transaction("write");
        await transaction.execute("DELETE FROM bot_ledger");
        return { done: sleep(milliseconds).then(() => transaction.rollback().catch(() => undefined)) };
    }
});
