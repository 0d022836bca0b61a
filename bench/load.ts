// Loading 30,000 questions and their history beside a raw loop and batches of 50. Run by `pnpm bench:load`.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { createOutput } from "../src/cli/output.ts";
import { createTarget, type TargetName } from "./load/databases.ts";
import { type Input, makeInput } from "./load/input.ts";
import { judgeMeasurements, judgeTraffic, type Limit } from "./load/limits.ts";
import { type Measurement, measureTarget, memoryOf, timeOf } from "./load/measure.ts";
import { ours } from "./load/programs.ts";
import { countTraffic, type LoadTraffic } from "./load/traffic.ts";
import { createOwnProject } from "./projects.ts";

const { values: flags } = parseArgs({
    options: {
        runs: { type: "string", default: "3" },
        questions: { type: "string", default: "30000" },
        "questions-only": { type: "boolean", default: false },
        target: { type: "string" },
        "no-limits": { type: "boolean", default: false },
    },
});
const runs = readCount("runs", flags.runs);
const count = readCount("questions", flags.questions);
const names = readTargets(flags.target);
const withHistory = !flags["questions-only"];
const output = createOutput({ json: false, color: false });

// The SQL in a folder of its own: the programs that run there find no .env.
const project = await createOwnProject(fileURLToPath(new URL("..", import.meta.url)));
const directory = await mkdtemp(path.join(tmpdir(), "bench-load-"));
const limits: Limit[] = [];
try {
    output.note(`making ${count} questions`);
    const input = await makeInput(directory, count);
    output.note(describe(input));
    const times = [["target", "tool", "ms", "ratio", "memory MB"]];
    let traffic: LoadTraffic | undefined;
    for (const name of names) {
        const target = await createTarget(name, project.directory, directory);
        const measurements = await measureTarget(target, {
            input,
            withHistory,
            runs,
            project: project.directory,
            progress: (text) => output.note(text),
        });
        times.push(...renderTimes(measurements));
        limits.push(...judgeMeasurements(measurements));
        if (name !== "sqld") continue;
        output.note("sqld: counting requests and rows");
        traffic = await countTraffic(target, input, withHistory, project.directory);
        limits.push(...judgeTraffic(traffic, input));
    }
    output.table(times);
    if (traffic !== undefined) {
        output.line();
        output.table(renderTraffic(traffic, input));
    }
} finally {
    for (const folder of [project.directory, directory]) await rm(folder, { recursive: true, force: true });
}
output.line();
output.table([
    ["limit", "measured", "allowed", ""],
    ...limits.map(({ name, measured, allowed, holds }) => [name, measured, allowed, holds ? "holds" : "broken"]),
]);
const areBroken = limits.some(({ holds }) => !holds);
output.line(areBroken ? "Limits are broken." : "All limits hold.");
process.exitCode = areBroken && !flags["no-limits"] ? 1 : 0;

function readCount(name: string, text: string): number {
    if (!/^[1-9]\d{0,6}$/.test(text)) throw new Error(`--${name} is '${text}', and a whole number is needed.`);
    return Number(text);
}

function readTargets(text: string | undefined): TargetName[] {
    if (text === undefined) return ["file:", "sqld"];
    if (text === "file:" || text === "sqld") return [text];
    throw new Error(`--target is '${text}', and 'file:' or 'sqld' is needed.`);
}

function describe(input: Input): string {
    const size = `${(input.bytesPerQuestion / 1000).toFixed(2)} kB each`;
    const history = withHistory ? `${input.count} files of history` : "no history";
    return `${input.count} questions of ${size} in ${input.files} files, ${history}; medians of ${runs} in turn, whole processes`;
}

/** Ratios are to the first tool of the target, and of a second load to the first one. */
function renderTimes(measurements: readonly Measurement[]): string[][] {
    const base = timeOf(measurements[0]?.first);
    return measurements.flatMap(({ target, tool, first, again }) => {
        const ms = timeOf(first);
        const rows = [[target, tool.name, ms.toFixed(0), (ms / base).toFixed(2), memoryOf(first).toFixed(0)]];
        if (tool === ours) {
            const second = timeOf(again);
            const memory = memoryOf(again).toFixed(0);
            rows.push([target, "ours, once more", second.toFixed(0), `${(second / ms).toFixed(2)} of ours`, memory]);
        }
        return rows;
    });
}

function renderTraffic(traffic: LoadTraffic, input: Input): string[][] {
    const steps = { questions: "questions", ...(withHistory ? { history: "history" } : {}), again: "once more" };
    const rows = Object.entries(steps).map(([key, name]) => {
        const { requests, bytes, questions, rowsRead, rowsWritten } = traffic[key as keyof LoadTraffic];
        const perQuestion = (rowsWritten / input.count).toFixed(3);
        return [name, ...[requests, bytes, questions, rowsRead, rowsWritten, perQuestion].map(String)];
    });
    return [
        ["ours on sqld", "requests", "bytes", "questions sent", "rows read", "rows written", "a question"],
        ...rows,
    ];
}
