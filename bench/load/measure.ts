import { inTurn, median } from "../rounds.ts";
import { hashContent } from "./content.ts";
import type { Target, TargetName } from "./databases.ts";
import type { Input } from "./input.ts";
import { batch, ours, raw, runProcesses, type Tool, type Usage } from "./programs.ts";

/** What a tool needed on one kind of database. */
export interface Measurement {
    target: TargetName;
    tool: Tool;
    first: Usage[];
    /** Of the same input a second time; only our loader recognises it. */
    again: Usage[];
    /** A hash of what it left in the database. */
    content: string;
}

export interface MeasureOptions {
    input: Input;
    withHistory: boolean;
    runs: number;
    /** Folder that the processes run in. */
    project: string;
    progress: (text: string) => void;
}

/** Loads the input by each tool in turn, each time into a fresh database. */
export async function measureTarget(target: Target, options: MeasureOptions): Promise<Measurement[]> {
    const tools = target.name === "file:" ? [raw, batch, ours] : [batch, ours];
    const measurements = tools.map(
        (tool): Measurement => ({ target: target.name, tool, first: [], again: [], content: "" }),
    );
    for (let round = 0; round < options.runs; round++) {
        for (const measurement of inTurn(measurements, round)) await measureOnce(measurement, target, options);
    }
    return measurements;
}

async function measureOnce(measurement: Measurement, target: Target, options: MeasureOptions): Promise<void> {
    const { tool, first, again } = measurement;
    const { input, withHistory, project, progress } = options;
    const database = await target.createDatabase();
    try {
        const processes = tool.processes(database.url, input, withHistory);
        const usage = await runProcesses(processes, database.url, project);
        first.push(usage);
        if (tool === ours) again.push(await runProcesses(processes, database.url, project));
        if (measurement.content === "") measurement.content = await hashContent(database.url);
        progress(`${target.name} ${tool.name}: ${usage.ms.toFixed(0)} ms`);
    } finally {
        await database.close();
    }
}

/** Median milliseconds. */
export function timeOf(usages: readonly Usage[] = []): number {
    return median(usages.map(({ ms }) => ms));
}

/** The largest of all runs, in megabytes. */
export function memoryOf(usages: readonly Usage[]): number {
    return Math.max(0, ...usages.map(({ memory }) => memory)) / 1e6;
}
