import fc from "fast-check";
import { expect, test } from "vitest";
import type { Queue } from "../../src/queue/queue.ts";
import type { Claim } from "../../src/queue/site.ts";
import { insertRow, readRows } from "../product/rows.ts";
import { createDeployedDatabase } from "../support/deployed.ts";
import { tell } from "../support/snapshot.ts";
import { describeTargets, type TestDatabase } from "../support/targets.ts";
import { mostAttempts, QueueModel } from "./model.ts";
import { improve, openTestQueue } from "./queues.ts";

const worker = fc.constantFrom("w-1", "w-2", "w-3");
const item = fc.constantFrom("q-1", "q-2", "q-3", "q-4");
const priority = fc.integer({ min: 1, max: 3 });
const place = fc.nat({ max: 9 });
const step = fc.oneof(
    fc.record({ verb: fc.constantFrom("enqueue", "foreign" as const), item, priority }),
    { weight: 3, arbitrary: fc.record({ verb: fc.constant("claim" as const), worker }) },
    {
        weight: 3,
        arbitrary: fc.record({
            verb: fc.constantFrom("complete", "retry", "snooze", "bury" as const),
            worker,
            // An earlier claim of the worker, which is most often not its own any more.
            back: fc.nat({ max: 2 }),
        }),
    },
    fc.record({ verb: fc.constantFrom("reap", "expire" as const) }),
    fc.record({ verb: fc.constantFrom("cancel", "requeue" as const), place }),
);
type Step = typeof step extends fc.Arbitrary<infer One> ? One : never;

describeTargets("any sequence of verbs by several workers", (target) => {
    test.runIf(target.name === "file:")("leaves the jobs as a list in memory would be", async () => {
        const database = await createDeployedDatabase(target);
        const { queue, connection } = await openTestQueue(database, { backOff: 0 });
        let steps = 0;
        await fc.assert(
            fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 60 }), async (sequence) => {
                for (const table of ["work_queue", "bot_ledger", "sqlite_sequence"])
                    await database.client.execute(`DELETE FROM ${table}`);
                const model = new QueueModel();
                const claims: Record<string, Claim[]> = {};
                for (const one of sequence) {
                    await take(one, { queue, database, model, claims });
                    await compare(database, model);
                    steps++;
                }
                await drain({ queue, database, model, claims });
            }),
            { numRuns: 25 },
        );
        connection.close();
        tell(`${steps} steps compared with the model`);
    });
});

interface Run {
    readonly queue: Queue;
    readonly database: TestDatabase;
    readonly model: QueueModel;
    /** The claims of each worker, the latest first. */
    readonly claims: Record<string, Claim[]>;
}

async function take(one: Step, { queue, database, model, claims }: Run): Promise<void> {
    const { client } = database;
    switch (one.verb) {
        case "enqueue":
            model.enqueue(one.item, one.priority);
            await queue.enqueue([improve(one.item, one.priority)]);
            await client.execute(`UPDATE work_queue SET max_attempts = ${mostAttempts}`);
            return;
        case "foreign": {
            model.add(one.item, one.priority);
            const row = { item_id: one.item, action: "improve", assigned_to: "processor" };
            const numbers = { priority: BigInt(one.priority), max_attempts: BigInt(mostAttempts) };
            return insertRow(client, "work_queue", { ...row, ...numbers });
        }
        case "claim": {
            const claim = await queue.claim("processor", one.worker);
            model.claim(one.worker, claim);
            if (claim) claims[one.worker] = [claim, ...(claims[one.worker] ?? [])];
            return;
        }
        case "expire":
            for (const job of model.jobs) if (job.status === "processing") job.hasEnded = true;
            await client.execute("UPDATE work_queue SET locked_until = '2026-01-01' WHERE status = 'processing'");
            return;
        case "reap":
            model.reap();
            await queue.reap();
            return;
        case "cancel":
        case "requeue": {
            if (model.jobs.length === 0) return;
            const id = 1 + (one.place % model.jobs.length);
            const changed = await (one.verb === "cancel" ? queue.cancel(id, "operator", "") : queue.requeue(id));
            expect(changed).toBe(model[one.verb](id));
            return;
        }
        default: {
            const claim = claims[one.worker]?.[one.back];
            if (claim) model.end(claim, one.verb, await end(queue, one.verb, claim));
        }
    }
}

async function end(queue: Queue, verb: "complete" | "retry" | "snooze" | "bury", claim: Claim): Promise<unknown> {
    const effect = {
        sql: "INSERT INTO bot_ledger (bot_name, action, item_type, item_id) VALUES ('t', 'update', 'question', ?)",
        args: [String(claim.id)],
    };
    const done = {
        complete: () => queue.complete(claim, { by: claim.worker, attempt: claim.attempt }, [effect]),
        retry: () => queue.retry(claim, "no luck"),
        snooze: () => queue.snooze(claim, 0, "a test"),
        bury: () => queue.bury(claim, "gone"),
    }[verb]();
    return done.then(
        () => undefined,
        (error: unknown) => error,
    );
}

async function compare({ client }: TestDatabase, { jobs }: QueueModel): Promise<void> {
    const rows = await readRows(
        client,
        `SELECT item_id AS item, priority, status, attempts,
            (SELECT count(*) FROM bot_ledger AS effect WHERE effect.item_id = CAST(job.id AS TEXT)) AS effects
        FROM work_queue AS job ORDER BY id`,
    );
    expect(rows).toEqual(
        jobs.map(({ item: of, priority: urgency, status, attempts, effects }) => ({
            ...{ item: of, priority: urgency, status, attempts, effects },
        })),
    );
    for (const { attempts, effects } of jobs) {
        expect(attempts).toBeLessThanOrEqual(mostAttempts);
        expect(effects).toBeLessThanOrEqual(1);
    }
}

/** Nothing is lost: workers that go on bring every job to an end. */
async function drain({ queue, database, model, claims }: Run): Promise<void> {
    await take({ verb: "expire" }, { queue, database, model, claims });
    await take({ verb: "reap" }, { queue, database, model, claims });
    for (let claim = await queue.claim("processor", "last"); claim; claim = await queue.claim("processor", "last")) {
        model.claim("last", claim);
        model.end(claim, "complete", await end(queue, "complete", claim));
    }
    await compare(database, model);
    expect(model.jobs.filter(({ status }) => status !== "completed" && status !== "failed")).toEqual([]);
}
