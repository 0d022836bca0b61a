import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import { readRows } from "../product/rows.ts";
import { type RunningCommand, startCommand } from "../support/command.ts";
import { createDeployedDatabase } from "../support/deployed.ts";
import { tell } from "../support/snapshot.ts";
import type { Target } from "../support/targets.ts";
import { improve, openTestQueue } from "./queues.ts";

export interface KillingOptions {
    readonly jobs: number;
    readonly workers: number;
    /** Milliseconds between two kills. */
    readonly every: number;
    /** In seconds. */
    readonly lease: number;
    /** The share of jobs at which a worker stalls for longer than its lease. */
    readonly stalls: number;
    readonly unfenced?: boolean;
}

export interface Killed {
    readonly kills: number;
    readonly seconds: number;
    readonly completed: number;
    /** Jobs without an effect, or an effect of a job that is not completed. */
    readonly lost: number;
    /** Jobs whose effect is there more than once. */
    readonly doubled: number;
    readonly begunTwice: number;
}

/** Lets processes do jobs while a random one of them is killed again and again, and replaced; reads what became of the jobs. */
export async function killWorkers(target: Target, options: KillingOptions): Promise<Killed> {
    const database = await createDeployedDatabase(target);
    const { client, url } = database;
    await client.executeMultiple(`
        CREATE TABLE begun (job INTEGER NOT NULL);
        CREATE TABLE effects (job INTEGER NOT NULL, worker TEXT NOT NULL)`);
    const { queue, connection } = await openTestQueue(database);
    await queue.enqueue(Array.from({ length: options.jobs }, (_, n) => improve(`q-${n}`, 1 + (n % 10))));
    connection.close();

    const startedAt = Date.now();
    const env = {
        ...{ QUEUE_URL: url, QUEUE_LEASE: String(options.lease), QUEUE_STALLS: String(options.stalls) },
        ...(options.unfenced ? { QUEUE_UNFENCED: "1" } : {}),
    };
    const failures: string[] = [];
    let isDone = false;
    const running: RunningCommand[] = [];
    const start = (slot: number): void => {
        const worker = startCommand("queue-worker", [String(slot)], { env });
        running[slot] = worker;
        void worker.result.then(({ code, signal, stderr }) => {
            if (code === 0) isDone = true;
            else if (signal !== "SIGKILL") failures.push(stderr);
        });
    };
    for (let slot = 0; slot < options.workers; slot++) start(slot);
    let kills = 0;
    while (!isDone && failures.length === 0) {
        await sleep(options.every);
        if (isDone) break;
        const slot = Math.floor(Math.random() * options.workers);
        running[slot]?.kill("SIGKILL");
        if ((await running[slot]?.result)?.signal === "SIGKILL") kills++;
        start(slot);
    }
    for (const { result } of running) await result;
    expect(failures).toEqual([]);
    const seconds = (Date.now() - startedAt) / 1_000;
    const [row] = await readRows(
        client,
        `SELECT
            (SELECT count(*) FROM work_queue WHERE status = 'completed') AS completed,
            (SELECT count(*) FROM work_queue WHERE (status = 'completed') <> (id IN (SELECT job FROM effects))) AS lost,
            (SELECT count(*) FROM (SELECT job FROM effects GROUP BY job HAVING count(*) > 1)) AS doubled,
            (SELECT count(*) FROM (SELECT job FROM begun GROUP BY job HAVING count(*) > 1)) AS begunTwice`,
    );
    await database.close();
    const found = { kills, seconds, ...(row as unknown as Omit<Killed, "kills" | "seconds">) };
    tell(
        `${target.name}${options.unfenced ? " without the fence" : ""}: ${options.workers} workers, ${kills} kills, ${found.completed} of ${options.jobs} jobs ` +
            `completed in ${seconds.toFixed(1)} s, ${found.lost} lost, ${found.doubled} effects twice, ${found.begunTwice} begun twice`,
    );
    return found;
}
