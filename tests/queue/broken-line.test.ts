import { beforeAll, expect, test } from "vitest";
import type { Connection } from "../../src/database/connection.ts";
import type { Queue } from "../../src/queue/queue.ts";
import type { Claim } from "../../src/queue/site.ts";
import { insertRow, readRows } from "../product/rows.ts";
import { createDeployedDatabase, openTestConnection } from "../support/deployed.ts";
import { startProxy, type TestProxy } from "../support/proxy.ts";
import { describeTargets, type TestDatabase } from "../support/targets.ts";
import { claimOne, improve, openQueueOn } from "./queues.ts";

const note = {
    sql: "INSERT INTO bot_ledger (bot_name, action, item_type, item_id) VALUES ('t', 'update', 'question', 'q')",
};

interface Verb {
    readonly run: (queue: Queue, claim: Claim) => Promise<unknown>;
    /** What it gives where its answer was lost, when that is less. */
    readonly afterLostReply?: unknown;
}

/** Job 1 is held, 2 waits, 3 has failed, 4 was completed long ago, the lease of 5 has ended. */
const verbs: Readonly<Record<string, Verb>> = {
    enqueue: {
        run: async (queue) =>
            (await queue.enqueue([improve("q-2"), improve("q-9")])).map(({ id, status }) => `${id} ${status}`),
    },
    claim: { run: (queue) => queue.claim("processor", "w-2") },
    extend: { run: (queue, claim) => queue.extend(claim) },
    complete: { run: (queue, claim) => queue.complete(claim, { changed: true }, [note]) },
    retry: { run: async (queue, claim) => (await queue.retry(claim, "no luck")).status },
    snooze: { run: async (queue, claim) => (await queue.snooze(claim, 60, "a test")).status },
    bury: { run: (queue, claim) => queue.bury(claim, "gone") },
    cancel: { run: (queue) => queue.cancel(2, "operator", "a mistake") },
    requeue: { run: (queue) => queue.requeue(3) },
    reap: { run: (queue) => queue.reap(), afterLostReply: 0 },
    purge: { run: (queue) => queue.purge("2026-02-01T00:00:00.000Z"), afterLostReply: 0 },
    find: { run: async (queue) => (await queue.find(2))?.item_id },
};

describeTargets("a verb of the queue whose line to the server breaks", (target) => {
    const isServer = target.name === "sqld";
    let database: TestDatabase;
    let proxy: TestProxy;
    let connection: Connection;
    let queue: Queue;

    beforeAll(async () => {
        if (!isServer) return;
        database = await createDeployedDatabase(target);
        proxy = await startProxy(database.url);
        connection = await openTestConnection({ ...database, url: proxy.url });
        queue = await openQueueOn(connection, { random: () => 0 });
        return async () => {
            connection.close();
            await proxy.close();
        };
    });

    const prepare = async (): Promise<Claim> => {
        for (const table of ["work_queue", "bot_ledger", "sqlite_sequence"])
            await database.client.execute(`DELETE FROM ${table}`);
        await queue.enqueue([improve("q-1")]);
        const claim = await claimOne(queue);
        const past = "2026-01-01T00:00:00.000Z";
        await insertRow(database.client, "work_queue", { item_id: "q-2", action: "improve", assigned_to: "processor" });
        await insertRow(database.client, "work_queue", { item_id: "q-3", status: "failed", attempts: 5n });
        await insertRow(database.client, "work_queue", { item_id: "q-4", status: "completed", processed_at: past });
        const ended = { status: "processing", attempts: 1n, locked_by: "dead", locked_until: past };
        await insertRow(database.client, "work_queue", { item_id: "q-5", ...ended });
        return claim;
    };
    const columns =
        "id, item_id, status, priority, assigned_to, attempts, locked_by, locked_until IS NULL AS free, result";
    const runVerb = async ({ run }: Verb, broken?: "onRequest" | "onReply") => {
        const claim = await prepare();
        proxy.requests = 0;
        if (broken) proxy.hooks = { [broken]: (n: number) => (n === 1 ? "drop" : undefined) };
        const result = await run(queue, claim);
        const { requests } = proxy;
        proxy.hooks = {};
        const jobs = await readRows(
            database.client,
            `SELECT ${columns.replace("result", "json_remove(result, '$.snoozedSince') AS result")} FROM work_queue ORDER BY id`,
        );
        const effects = await readRows(database.client, "SELECT count(*) AS count FROM bot_ledger");
        return { result, jobs, effects, requests };
    };

    test.runIf(isServer).each(Object.entries(verbs))(
        "%s does the same when its request or its answer is lost",
        async (_, verb) => {
            const whole = await runVerb(verb);
            const unsent = await runVerb(verb, "onRequest");
            const unanswered = await runVerb(verb, "onReply");
            expect({ ...unsent, requests: 0 }).toEqual({ ...whole, requests: 0 });
            const { afterLostReply = whole.result } = verb;
            expect({ ...unanswered, requests: 0 }).toEqual({ ...whole, requests: 0, result: afterLostReply });
            expect(unsent.requests).toBe(whole.requests + 1);
        },
    );
});
