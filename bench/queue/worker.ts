// A worker in a process of its own: `worker.ts <url> <way> <milliseconds> <name>`. It says that it is ready, waits for a line, works
// for that long, and prints what it measured as JSON.
import { once } from "node:events";
import { openTestQueue } from "../../tests/queue/queues.ts";
import type { Measured } from "./measure.ts";

const [url = "", way = "", milliseconds = "0", name = ""] = process.argv.slice(2);
const { queue, connection } = await openTestQueue({ url }, { random: Math.random });

const select = {
    sql: `SELECT id FROM work_queue WHERE status = 'pending' AND assigned_to = 'processor'
        ORDER BY priority, created_at LIMIT 1`,
};
const begin = "UPDATE work_queue SET status = 'processing' WHERE id = ?";
const end = `UPDATE work_queue SET status = 'completed', result = '{}',
    processed_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now') WHERE id = ?`;

/** Each claims a job and gives its id and what completes it. */
const ways: Readonly<Record<string, () => Promise<{ id: number; complete: () => Promise<unknown> } | undefined>>> = {
    claim: async () => {
        const claim = await queue.claim("processor", name);
        return claim && { id: claim.id, complete: () => queue.complete(claim, {}) };
    },
    select: async () => {
        const [result] = await connection.readAll([select]);
        if (!result?.ok || !result.rows[0]) throw new Error(result?.ok ? "Nothing is due." : result?.message);
        const args = [Number(result.rows[0].id)];
        await connection.write([{ sql: begin, args }]);
        return { id: args[0] ?? 0, complete: () => connection.write([{ sql: end, args }]) };
    },
};
const take = ways[way];
if (!take) throw new Error(`There is no way '${way}'.`);

process.stdout.write("ready\n");
await once(process.stdin, "data");
const before = { ...connection.cost };
const measured: Measured = { ids: [], times: [], errors: 0, rowsRead: 0, rowsWritten: 0, requests: 0 };
for (const until = performance.now() + Number(milliseconds); performance.now() < until; ) {
    const began = performance.now();
    try {
        const job = await take();
        if (!job) break;
        measured.times.push(performance.now() - began);
        measured.ids.push(job.id);
        await job.complete();
    } catch {
        measured.errors++;
    }
}
for (const count of ["rowsRead", "rowsWritten", "requests"] as const)
    measured[count] = connection.cost[count] - before[count];
connection.close();
process.stdout.write(`${JSON.stringify(measured)}\n`, () => process.exit(0));
