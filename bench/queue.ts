// Claims of the queue beside the original's way, a SELECT and then an UPDATE, with 100,000 jobs waiting. Run by `pnpm bench:queue`.
import { cp, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { createClient } from "@libsql/client";
import { createOutput } from "../src/cli/output.ts";
import { startSqld } from "../src/server/sqld.ts";
import { deployInto } from "../tests/support/deployed.ts";
import { type Measured, measureWorkers } from "./queue/measure.ts";
import { inTurn } from "./rounds.ts";

const { values: flags } = parseArgs({
    options: {
        jobs: { type: "string", default: "100000" },
        rounds: { type: "string", default: "3" },
        seconds: { type: "string", default: "5" },
    },
});
const [jobs, rounds, seconds] = [Number(flags.jobs), Number(flags.rounds), Number(flags.seconds)];
const output = createOutput({ json: false, color: false });
const ways = [
    { way: "claim", title: "claim", workers: 1 },
    { way: "select", title: "SELECT, then UPDATE", workers: 1 },
    { way: "claim", title: "claim", workers: 8 },
    { way: "select", title: "SELECT, then UPDATE", workers: 8 },
] as const;
type Way = (typeof ways)[number];

const fill = `INSERT INTO work_queue (item_type, item_id, action, priority, assigned_to, run_after)
    SELECT 'question', 'q-' || value, 'improve', 1 + value % 10, 'processor', '2026-01-01T00:00:00.000Z'
    FROM generate_series(1, ?)`;
const folder = await mkdtemp(path.join(tmpdir(), "bench-queue-"));
try {
    const targets = ["file:", "sqld"];
    for (const target of targets) {
        await useDatabase(target, path.join(folder, target), async (url) => {
            await deployInto({ url });
            const client = createClient({ url });
            // A server may stop for good when it writes as much without a transaction.
            await client.batch([{ sql: fill, args: [jobs] }], "write");
            client.close();
        });
    }
    const measured = new Map<string, { given: number; twice: number; parts: Measured[] }>();
    for (let round = 0; round < rounds; round++) {
        for (const target of inTurn(targets, round)) {
            for (const one of inTurn(ways, round)) {
                output.note(`Round ${round + 1}: ${target}, ${one.title}, ${one.workers}`);
                const copy = path.join(folder, "copy");
                await cp(path.join(folder, target), copy, { recursive: true });
                const parts = await useDatabase(target, copy, (url) =>
                    measureWorkers(url, one.way, one.workers, seconds * 1_000),
                );
                await rm(copy, { recursive: true });
                const ids = parts.flatMap((part) => part.ids);
                const entry = measured.get(nameOf(target, one)) ?? { given: 0, twice: 0, parts: [] };
                entry.parts.push(...parts);
                entry.given += ids.length;
                entry.twice += ids.length - new Set(ids).size;
                measured.set(nameOf(target, one), entry);
            }
        }
    }
    output.line(`${jobs.toLocaleString("en-US")} jobs waiting, ${rounds} rounds of ${seconds} s`);
    output.table([
        [
            "target",
            "way",
            "workers",
            "jobs/s",
            "p50 ms",
            "p95 ms",
            "p99 ms",
            "requests",
            "read",
            "written",
            "twice",
            "errors",
        ],
        ...targets.flatMap((target) => ways.map((one) => renderWay(target, one))),
    ]);
    output.line("requests, read, written: of a server, a job; twice: jobs that were given to more than one worker");

    function renderWay(target: string, one: Way): string[] {
        const { given, twice, parts } = measured.get(nameOf(target, one)) ?? { given: 0, twice: 0, parts: [] };
        const times = parts.flatMap((part) => part.times).sort((a, b) => a - b);
        const at = (share: number): string => (times[Math.floor(share * times.length)] ?? Number.NaN).toFixed(1);
        const sum = (count: "requests" | "rowsRead" | "rowsWritten" | "errors"): number =>
            parts.reduce((total, part) => total + part[count], 0);
        const each = (count: "requests" | "rowsRead" | "rowsWritten"): string =>
            target === "sqld" ? (sum(count) / given).toFixed(1) : "-";
        return [
            ...[target, one.title, String(one.workers), (given / (rounds * seconds)).toFixed(0)],
            ...[at(0.5), at(0.95), at(0.99), each("requests"), each("rowsRead"), each("rowsWritten")],
            ...[twice.toLocaleString("en-US"), String(sum("errors"))],
        ];
    }
} finally {
    await rm(folder, { recursive: true, force: true });
}

function nameOf(target: string, { way, workers }: Way): string {
    return `${target} ${way} ${workers}`;
}

async function useDatabase<T>(target: string, directory: string, body: (url: string) => Promise<T>): Promise<T> {
    await mkdir(directory, { recursive: true });
    if (target === "file:") return body(`file:${path.join(directory, "queue.db")}`);
    const server = await startSqld({ directory });
    try {
        return await body(server.url);
    } finally {
        await server.stop();
    }
}
