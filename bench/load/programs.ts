import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { fileURLToPath, pathToFileURL } from "node:url";
import { assertLocal } from "../../tests/support/local.ts";
import type { Input } from "./input.ts";

/** Whole processes, one after the other, that bring the same input into a database. */
export interface Tool {
    name: string;
    /** Script and arguments of each process. */
    processes: (url: string, input: Input, withHistory: boolean) => string[][];
}

export interface Usage {
    /** From the start of the first process to the end of the last. */
    ms: number;
    /** Greatest resident size of any of the processes, in bytes. */
    memory: number;
}

const fileOf = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
// As addresses, because programs run in another folder.
const preloads = [
    pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href,
    pathToFileURL(fileOf("peak-memory.ts")).href,
].flatMap((address) => ["--import", address]);

export const raw: Tool = { name: "raw libsql loop", processes: peer("raw.ts") };
export const batch: Tool = { name: "batch of 50", processes: peer("batch.ts") };
export const ours: Tool = {
    name: "ours",
    processes: (_, input, withHistory) => [loadFrom(withHistory ? input.folder : input.questions)],
};

/** The process that loads a file or folder by our loader. */
export function loadFrom(path: string): string[] {
    return [fileOf("../../scripts/db-migrate.ts"), "--from", path];
}

function peer(file: string): Tool["processes"] {
    return (url, input, withHistory) => [[fileOf(file), url, input.questions, ...(withHistory ? [input.history] : [])]];
}

/** Deploys the schema of a project folder into an empty database. */
export async function deploySchema(url: string, project: string): Promise<void> {
    await runProcess([fileOf("../../scripts/db-push.ts")], url, project);
}

/**
 * Runs processes one after the other in a project folder, all of them on one database.
 *
 * Throws with what a process printed when it fails, and before anything runs when the address is not local.
 */
export async function runProcesses(processes: readonly string[][], url: string, project: string): Promise<Usage> {
    const began = performance.now();
    let memory = 0;
    for (const args of processes) memory = Math.max(memory, await runProcess(args, url, project));
    return { ms: performance.now() - began, memory };
}

async function runProcess(args: readonly string[], url: string, project: string): Promise<number> {
    assertLocal(url);
    const child = spawn(process.execPath, [...preloads, ...args], {
        cwd: project,
        env: { PATH: process.env.PATH, HOME: project, TMPDIR: tmpdir(), TURSO_DATABASE_URL: url },
        stdio: ["ignore", "pipe", "pipe", "pipe"],
    });
    let printed = "";
    let peak = "";
    const [, out, err, memory] = child.stdio;
    for (const stream of [out, err]) stream?.setEncoding("utf8").on("data", (text: string) => (printed += text));
    memory?.on("data", (text: Buffer) => (peak += text.toString()));
    const code = await new Promise<number | null>((resolve, reject) => {
        child.once("error", reject);
        child.once("close", resolve);
    });
    if (code !== 0) throw new Error(`'${args.join(" ")}' ended with exit code ${code}:\n${printed}`);
    return Number(peak) * 1024;
}
