import { isDeepStrictEqual } from "node:util";
import { type CallOutcome, type Program, runProgram } from "./program.ts";

/** Milliseconds between the two runs: days and years too, so that whatever depends on the time or on chance differs. */
const apart = 123_456_789_012;

/** A solution with the cases that it must pass. Arguments and outputs are JSON values. */
export interface Solution extends Omit<Program, "calls"> {
    /** The code that a user begins with: it must not pass already. */
    readonly starter: string;
    readonly cases: readonly { readonly args: readonly unknown[]; readonly expectedOutput: unknown }[];
}

/** What is wrong with a solution: for a case, by its index, or with the starter code. */
export type SolutionFault =
    | { readonly kind: "wrong"; readonly case: number; readonly expected: unknown; readonly actual: CallOutcome }
    | { readonly kind: "unsteady"; readonly case: number; readonly actual: CallOutcome; readonly again: CallOutcome }
    | { readonly kind: "starter-passes" };

/**
 * Runs a solution on its cases: each must give its expected output, as a JSON value, whenever and however often it is called;
 * the starter code must not pass them. Returns a fault for each case that fails; none when the solution holds.
 *
 * @throws AppError `sandbox-failed`; the reason of `signal` when that is aborted
 */
export async function checkSolution(solution: Solution, signal?: AbortSignal): Promise<readonly SolutionFault[]> {
    const { source, starter, entryPoint, cases, now } = solution;
    const calls = cases.map(({ args }) => args);
    const run = (program: Pick<Program, "source" | "calls" | "now">): Promise<readonly CallOutcome[]> =>
        runProgram({ entryPoint, ...program }, signal);

    // Twice in one run, for what a call leaves behind for the next one, and once at another time.
    const twice = await run({ source, calls: [...calls, ...calls], now });
    const later = await run({ source, calls, now: now + apart });
    const faults = cases.flatMap(({ expectedOutput }, at) => {
        const outcomes = [twice[at], twice[at + cases.length], later[at]].filter((outcome) => outcome !== undefined);
        return findFault(at, expectedOutput, outcomes) ?? [];
    });
    if (faults.length > 0) return faults;
    const begun = await run({ source: starter, calls, now });
    const passes = cases.every(({ expectedOutput }, at) => isDeepStrictEqual(begun[at], { value: expectedOutput }));
    return passes ? [{ kind: "starter-passes" }] : [];
}

function findFault(at: number, expected: unknown, outcomes: readonly CallOutcome[]): SolutionFault | undefined {
    const failed = outcomes.find((outcome) => "reason" in outcome);
    if (failed) return { kind: "wrong", case: at, expected, actual: failed };
    const [actual, ...repeats] = outcomes;
    if (!actual) throw new Error(`case ${at} was not run`);
    const again = repeats.find((repeat) => !isDeepStrictEqual(repeat, actual));
    if (again) return { kind: "unsteady", case: at, actual, again };
    return isDeepStrictEqual(actual, { value: expected }) ? undefined : { kind: "wrong", case: at, expected, actual };
}

/** A fault as one line, which counts the cases from 1. */
export function renderSolutionFault(fault: SolutionFault): string {
    if (fault.kind === "starter-passes") return "the starter code passes all test cases";
    const where = `test case ${fault.case + 1}`;
    if (fault.kind === "unsteady")
        return `${where}: the same input gives ${renderOutcome(fault.actual)}, then ${renderOutcome(fault.again)}`;
    return `${where}: expected ${JSON.stringify(fault.expected)}, the solution gives ${renderOutcome(fault.actual)}`;
}

function renderOutcome(outcome: CallOutcome): string {
    return "reason" in outcome ? `no result: ${outcome.problem}` : JSON.stringify(outcome.value);
}
