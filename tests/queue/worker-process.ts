// A worker in a process of its own, to be killed at any moment: `queue-worker <number>`. It does jobs until none is open.
import { setTimeout as sleep } from "node:timers/promises";
import { type Effect, runEffects } from "../../src/queue/effects.ts";
import { repeatVerb } from "../../src/queue/repeat.ts";
import { runWorker } from "../../src/queue/worker.ts";
import { openTestQueue } from "./queues.ts";

const { QUEUE_URL: url = "", QUEUE_LEASE = "2", QUEUE_STALLS = "0", QUEUE_UNFENCED } = process.env;
const [number = "0"] = process.argv.slice(2);
const lease = Number(QUEUE_LEASE);
const { queue, connection } = await openTestQueue({ url }, { lease, backOff: 0, random: Math.random });
// A server is locked now and then by other writers, as for every write of a bot.
const write = (effects: readonly Effect[]): Promise<unknown> =>
    repeatVerb(() => runEffects(connection, effects), { random: Math.random });
const name = `killed/${process.pid}/${number}`;
const stop = new AbortController();
process.once("SIGTERM", () => stop.abort());

for (;;) {
    await runWorker(
        queue,
        async (claim, signal) => {
            await write([{ sql: "INSERT INTO begun (job) VALUES (?)", args: [claim.id] }]);
            // Longer than the lease, deaf and without a heartbeat, as a process that was suspended.
            if (Math.random() < Number(QUEUE_STALLS))
                Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, lease * 2_500);
            const effects = [{ sql: "INSERT INTO effects (job, worker) VALUES (?, ?)", args: [claim.id, name] }];
            if (QUEUE_UNFENCED === undefined) return { kind: "complete", result: {}, effects };
            const sql = "UPDATE work_queue SET status = 'completed' WHERE id = ?";
            await write([{ sql, args: [claim.id] }, ...effects]);
            signal.throwIfAborted();
            return { kind: "complete", result: {} };
        },
        { bot: "processor", name, lease, signal: stop.signal },
    );
    const open = "SELECT count(*) AS open FROM work_queue WHERE status IN ('pending', 'processing')";
    const [result] = await connection.readAll([{ sql: open }]);
    if (stop.signal.aborted || (result?.ok && result.rows[0]?.open === 0)) break;
    await sleep(200);
}
connection.close();
