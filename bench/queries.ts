// Every documented query at ten times the volumes called large, on a file and on sqld, beside the raw driver and an empty
// request. Run by `pnpm bench:queries`.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { createClient } from "@libsql/client";
import { createOutput } from "../src/cli/output.ts";
import { type DocumentedQuery, readQueries } from "../src/queries/files.ts";
import { makeDatabase, openRaw, type TargetName } from "./queries/databases.ts";
import { average, type Measurement, measureQueries, percentile } from "./queries/measure.ts";
import type { Sizes } from "./queries/values.ts";

const { values: flags } = parseArgs({
    options: {
        runs: { type: "string", default: "100" },
        times: { type: "string", default: "10" },
        target: { type: "string" },
        only: { type: "string" },
        "no-limits": { type: "boolean", default: false },
    },
});
/** Milliseconds that the documents promise. */
const promise = { average: 50, p95: 200, p99: 500 };
const runs = readCount("runs", flags.runs);
const times = readCount("times", flags.times);
const sizes: Sizes = {
    ...{ questions: 5_000 * times, users: 1_000 * times, sessions: 5_000 * times, work: 500 * times },
    ...{ runs: 1_000 * times, paths: 500 * times, certifications: 200 * times },
};
const root = fileURLToPath(new URL("..", import.meta.url));
const output = createOutput({ json: false, color: false });
const queries = chooseQueries(await readQueries(root), flags.only);
const directory = await mkdtemp(path.join(tmpdir(), "bench-queries-"));
const broken: string[] = [];
try {
    for (const name of readTargets(flags.target)) report(name, await measureTarget(name));
} finally {
    await rm(directory, { recursive: true, force: true });
}
for (const sentence of broken) output.warn(sentence);
const verdict = `average under ${promise.average} ms, p95 under ${promise.p95} ms, p99 under ${promise.p99} ms`;
const reports = queries.filter((query) => query.report !== undefined).map(({ name }) => name);
if (reports.length > 0) output.line(`Reports are measured, and not promised: ${reports.join(", ")}.`);
output.line(broken.length === 0 ? `The promise holds: ${verdict}.` : `The promise is broken: ${verdict}.`);
process.exitCode = broken.length > 0 && !flags["no-limits"] ? 1 : 0;

async function measureTarget(name: TargetName): Promise<Measurement[]> {
    output.note(`${name} making a database of ${times} times the volumes called large`);
    const startedAt = performance.now();
    const database = await makeDatabase(name, directory, { root, times, progress: (text) => output.note(text) });
    output.note(`${name} made in ${((performance.now() - startedAt) / 1000).toFixed(0)} s`);
    const client = createClient({ url: database.url, timeout: 5_000 });
    const raw = database.file === undefined ? undefined : openRaw(database.file);
    try {
        await client.execute("SELECT 1");
        const progress = (round: number): void => {
            if (round % 10 === 0) output.note(`${name} ${round} of ${runs} rounds`);
        };
        // Apart: the many rows of a report are cleared away while the next query runs.
        const [reports = [], promised = []] = [true, false].map((isReport) =>
            queries.filter(({ report }) => (report !== undefined) === isReport),
        );
        const options = { runs, sizes, raw, progress };
        return [
            ...(await measureQueries(client, promised, options)),
            ...(await measureQueries(client, reports, { ...options, progress: () => undefined })),
        ];
    } finally {
        raw?.close();
        client.close();
        await database.stop();
    }
}

/** Slowest first. */
function report(name: TargetName, measurements: readonly Measurement[]): void {
    const floor = name === "file:" ? "raw driver" : "SELECT 1";
    const sorted = measurements.toSorted((one, other) => average(other.times) - average(one.times));
    output.table([
        [name, "runs", "average ms", "p50", "p95", "p99", "processor", `${floor}, p50`, "ratio", ""],
        ...sorted.map(({ query, times: all, processor, floor: base }) => [
            query.name,
            String(all.length),
            ...[average(all), percentile(all, 0.5), percentile(all, 0.95), percentile(all, 0.99)].map(render),
            processor.length === 0 ? "" : render(average(processor)),
            render(percentile(base, 0.5)),
            (percentile(all, 0.5) / percentile(base, 0.5)).toFixed(2),
            query.report === undefined ? "" : "report",
        ]),
    ]);
    if (name === "sqld") {
        const base = measurements.flatMap(({ floor: all }) => all);
        const [p50 = 0, p95 = 0, p99 = 0] = [0.5, 0.95, 0.99].map((share) => percentile(base, share));
        output.line(`SELECT 1, which reads nothing: p50 ${render(p50)}, p95 ${render(p95)}, p99 ${render(p99)} ms`);
    }
    output.line();
    const promised = sorted.filter(({ query }) => query.report === undefined);
    for (const { query, times: all } of promised) judge(`${name} ${query.name}`, all);
    judge(
        `${name} all together`,
        promised.flatMap(({ times: all }) => all),
    );
}

function judge(name: string, all: readonly number[]): void {
    const measured = { average: average(all), p95: percentile(all, 0.95), p99: percentile(all, 0.99) };
    for (const [key, limit] of Object.entries(promise)) {
        const value = measured[key as keyof typeof promise];
        if (value >= limit) broken.push(`${name}: ${key} ${render(value)} ms, and ${limit} ms is the promise`);
    }
}

function render(milliseconds: number): string {
    return milliseconds.toFixed(2);
}

function chooseQueries(all: readonly DocumentedQuery[], only: string | undefined): readonly DocumentedQuery[] {
    const chosen = all.filter(({ name }) => only === undefined || name.includes(only));
    if (chosen.length === 0) throw new Error(`--only is '${only}', and no query is called so.`);
    return chosen;
}

function readCount(name: string, text: string): number {
    if (!/^[1-9]\d{0,4}$/.test(text)) throw new Error(`--${name} is '${text}', and a whole number is needed.`);
    return Number(text);
}

function readTargets(text: string | undefined): TargetName[] {
    if (text === undefined) return ["file:", "sqld"];
    if (text === "file:" || text === "sqld") return [text];
    throw new Error(`--target is '${text}', and 'file:' or 'sqld' is needed.`);
}
