import { existsSync, readdirSync, readFileSync } from "node:fs";
import { expect } from "vitest";
import { type CallOutcome, runProgram } from "../../src/sandbox/program.ts";
import { tell } from "../support/snapshot.ts";

export const now = Date.parse("2026-01-31T12:00:00Z");

export const run = (source: string, calls: unknown[][] = [[]], signal?: AbortSignal): Promise<readonly CallOutcome[]> =>
    runProgram({ source, entryPoint: "run", calls, now }, signal);

type Programs = Record<string, [source: string, reasons: string[]]>;

/** Each with the reasons that it may end for. */
export const quickPrograms: Programs = {
    "an endless loop": ["function run() { for (;;); }", ["time"]],
    "a catastrophic regular expression": ["function run() { return /^(a+)+$/.test('a'.repeat(40) + 'b'); }", ["time"]],
    "a string that doubles": ["function run() { let s = 'x'; for (;;) s += s; }", ["threw", "memory"]],
    "arrays that fill the memory": [
        "function run() { const all = []; for (;;) all.push(new Array(1e3).fill(1)); }",
        ["memory"],
    ],
    "buffers that fill the memory": [
        "function run() { const all = []; for (;;) all.push(new Uint8Array(1e6).fill(1)); }",
        ["memory"],
    ],
    "a recursion without end": ["function run() { return run() + 1; }", ["threw"]],
    "a result nested too deep": [
        "function run() { let a = []; for (let i = 0; i < 1e5; i++) a = [a]; return a; }",
        ["threw", "crashed"],
    ],
    "3 MB of output": ["function run() { return 'x'.repeat(3e6); }", ["output"]],
    "a promise that is never settled": ["function run() { return new Promise(() => {}); }", ["unsettled"]],
    "a getter that throws": ["function run() { return { get a() { throw new Error('no'); } }; }", ["threw"]],
};

/** Those that take seconds. */
export const slowPrograms: Programs = {
    "an endless loop while it loads": ["for (;;); function run() {}", ["time"]],
    "strings that fill the memory, again and again": [
        "function run() { for (;;) try { const all = []; for (;;) all.push('x'.repeat(1e6)); } catch {} }",
        ["time"],
    ],
    "microtasks without end": ["async function run() { for (;;) await 0; }", ["time"]],
    "a toJSON without end": ["function run() { return { toJSON() { for (;;); } }; }", ["time"]],
    "an error that never becomes text": ["function run() { throw { toString() { for (;;); } }; }", ["time"]],
    "a call that nothing interrupts": ["function run() { return new Array(2 ** 32 - 1).indexOf(1); }", ["time"]],
};

let rss = 0;

/** Runs a hostile program: it must end for one of the reasons, leave no process, and not fill the memory of this one. */
export async function expectEnd(name: string, source: string, reasons: readonly string[]): Promise<void> {
    rss ||= process.memoryUsage().rss;
    const began = performance.now();
    const outcomes = await run(source);
    const seconds = (performance.now() - began) / 1_000;
    const grown = (process.memoryUsage().rss - rss) / 1e6;
    const [outcome] = outcomes;
    const reason = outcome && "reason" in outcome ? outcome.reason : undefined;
    tell(`${name}: ${reason} after ${seconds.toFixed(1)} s, this process has grown by ${grown.toFixed(0)} MB`);
    expect(outcomes).toHaveLength(1);
    expect(reasons).toContain(reason);
    expect(listProcesses()).toEqual([]);
    expect(grown).toBeLessThanOrEqual(50);
}

/** The processes of programs that this process has started. */
export function listProcesses(): number[] {
    if (!existsSync("/proc/self/task")) return [];
    const children = readdirSync("/proc/self/task").flatMap((task) =>
        readFileSync(`/proc/self/task/${task}/children`, "utf8").trim().split(" "),
    );
    return children.filter((pid) => pid && isProgram(pid)).map(Number);
}

function isProgram(pid: string): boolean {
    try {
        return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("program-process");
    } catch {
        return false;
    }
}
