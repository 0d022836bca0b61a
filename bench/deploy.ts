// Deploying over a connection with 50 ms latency per request: db:push beside its peers. Run by `pnpm bench:deploy`.
import { rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { createOutput } from "../src/cli/output.ts";
import { closeLines, type Line, openLine, readExpectedNames, readObjectNames } from "./line.ts";
import { createOwnProject, createTinyProject, type Project } from "./projects.ts";
import { deploy, drizzleKit, ours, type Tool, tools } from "./tools.ts";

interface Measurement {
    tool: Tool;
    requests: number;
    times: number[];
}

interface Case {
    name: string;
    requestLimit: number;
    measure: () => Promise<Measurement[]>;
}

const { values: flags } = parseArgs({ options: { runs: { type: "string", default: "5" } } });
const runs = Math.max(1, Math.trunc(Number(flags.runs)) || 1);
const output = createOutput({ json: false, color: false });

const own = await createOwnProject(fileURLToPath(new URL("..", import.meta.url)));
const tiny = await createTinyProject(500);
const cases: Case[] = [
    { name: "fresh", requestLimit: 2, measure: () => measureFresh(own) },
    { name: "nothing to do", requestLimit: 1, measure: () => measureNothingToDo(own) },
    { name: `nothing to do, ${tiny.migrations} migrations`, requestLimit: 1, measure: () => measureNothingToDo(tiny) },
];
const table = [["case", "tool", "requests", "runs", "median ms", "to drizzle-kit"]];
const broken: string[] = [];
try {
    output.note(`${own.migrations} migrations, 50 ms a request, medians of ${runs} runs in turn, whole processes`);
    for (const item of cases) {
        output.note(`measuring: ${item.name}`);
        report(item, await item.measure());
    }
} finally {
    await closeLines();
    for (const project of [own, tiny]) await rm(project.directory, { recursive: true, force: true });
}
output.table(table);
for (const sentence of broken) output.warn(sentence);
output.line(broken.length === 0 ? "All limits hold." : "Limits are broken.");
process.exitCode = broken.length === 0 ? 0 : 1;

/** Each run begins with an empty server; the first round, which fills the caches, does not count. */
async function measureFresh(project: Project): Promise<Measurement[]> {
    const expected = await readExpectedNames(project);
    const measurements = startMeasurements();
    for (let round = 0; round <= runs; round++) {
        for (const measurement of inTurn(measurements, round)) {
            const line = await openLine();
            await runOnce(measurement, project, line, round > 0);
            await assertDeployed(measurement.tool, line, expected);
            await line.close();
        }
    }
    return measurements;
}

async function measureNothingToDo(project: Project): Promise<Measurement[]> {
    const expected = await readExpectedNames(project);
    const measurements = startMeasurements();
    const lines = new Map<Tool, Line>();
    for (const { tool } of measurements) {
        const line = await openLine();
        await deploy(tool, project, line.direct);
        await assertDeployed(tool, line, expected);
        lines.set(tool, line);
    }
    for (let round = 1; round <= runs; round++) {
        for (const measurement of inTurn(measurements, round)) {
            const line = lines.get(measurement.tool);
            if (line === undefined || isTooSlow(measurement)) continue;
            await runOnce(measurement, project, line, true);
        }
    }
    for (const line of lines.values()) await line.close();
    return measurements;
}

/** A tool that took over 10 seconds in its first measured round is not run again. */
function isTooSlow(measurement: Measurement): boolean {
    return (measurement.times[0] ?? 0) > 10_000;
}

function startMeasurements(): Measurement[] {
    return tools.map((tool) => ({ tool, requests: 0, times: [] }));
}

/** Another one is first in every round. */
function inTurn<Item>(items: Item[], round: number): Item[] {
    const first = round % items.length;
    return [...items.slice(first), ...items.slice(0, first)];
}

async function runOnce(measurement: Measurement, project: Project, line: Line, counts: boolean): Promise<void> {
    const time = await deploy(measurement.tool, project, line.delayed);
    const requests = line.takeRequests();
    if (!counts) return;
    measurement.times.push(time);
    measurement.requests = Math.max(measurement.requests, requests);
}

/** A tool may end with exit code 0 and have done nothing. */
async function assertDeployed(tool: Tool, line: Line, expected: string[]): Promise<void> {
    const names = new Set(await readObjectNames(line.direct));
    const missing = expected.filter((name) => !names.has(name));
    if (missing.length > 0) throw new Error(`${tool.name} did not create ${missing.join(", ")}`);
}

function report(item: Case, measurements: Measurement[]): void {
    const peer = measurements.find(({ tool }) => tool === drizzleKit);
    const peerTime = median(peer?.times ?? []);
    for (const { tool, requests, times } of measurements) {
        const ratio = median(times) / peerTime;
        const figures = [requests, times.length, median(times).toFixed(0), ratio.toFixed(2)];
        table.push([item.name, tool.name, ...figures.map(String)]);
        if (tool !== ours) continue;
        if (requests > item.requestLimit) {
            broken.push(`${item.name}: ${requests} requests, and ${item.requestLimit} is the limit`);
        }
        if (ratio > 1) broken.push(`${item.name}: ${ratio.toFixed(2)} times as long as drizzle-kit`);
    }
}

function median(times: number[]): number {
    const sorted = times.toSorted((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
