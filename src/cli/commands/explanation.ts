import { findMedian, type Measured } from "../../explain/measure.ts";
import type { IndexFacts } from "../../explain/schema.ts";
import type { Explained } from "../../explain/statement.ts";
import { describeStep } from "../../explain/words.ts";
import type { PlanStep } from "../../queries/plan.ts";
import type { Output } from "../output.ts";
import { countOf } from "../report.ts";

/** All that is known about a statement, to be printed. */
export interface Explanation {
    readonly explained: Explained;
    readonly plan: readonly PlanStep[];
    readonly findTable: (source: string) => string | undefined;
    readonly indexes: readonly (IndexFacts & { readonly name: string })[];
    /** Undefined where it was not run, or failed. */
    readonly measured: Measured | undefined;
    /** Why it was not run. */
    readonly notRun: string | undefined;
    readonly advice: readonly string[];
}

/** Prints what a statement does, the plan as a tree with SQLite's own words below each step. */
export function printExplanation(output: Output, explanation: Explanation): void {
    const { explained, plan, findTable, indexes, measured, notRun, advice } = explanation;
    const { query, parameters } = explained;
    if (query) output.field("Query", `${query.path}: ${query.title}`);
    const values = parameters.flatMap(({ name, value }) => (value === undefined ? [] : [`:${name} = ${quote(value)}`]));
    if (values.length > 0) output.field("Values", values.join(", "));
    output.line();
    for (const line of renderPlan(plan, findTable)) output.line(line);
    if (plan.length === 0) output.line("It adds rows, and looks nothing up.");
    output.line();
    const lines = indexes.map(({ name, table, columns }) => `${name} on ${table} (${columns.join(", ")})`);
    printList(output, "Indexes", lines.length === 0 ? ["none"] : lines);
    if (measured) {
        output.field("Rows", describeRows(measured));
        output.field("Time", describeTime(measured));
    }
    if (notRun) output.line(notRun);
    printList(
        output,
        "Advice",
        advice.length === 0 ? ["none: as far as the plan tells, it reads what it needs"] : advice,
    );
}

function printList(output: Output, label: string, lines: readonly string[]): void {
    for (const [at, line] of lines.entries()) {
        if (at === 0) output.field(label, line);
        else output.line(`${" ".repeat("Indexes:  ".length)}${line}`);
    }
}

function renderPlan(plan: readonly PlanStep[], findTable: Explanation["findTable"], depth = 0): string[] {
    const indent = "    ".repeat(depth);
    return plan.flatMap((step, at) => [
        `${indent}${at + 1}. ${describeStep(step, findTable)}`,
        `${indent}   [${step.detail}]`,
        ...renderPlan(step.steps, findTable, depth + 1),
    ]);
}

function describeRows({ rowsGiven, rowsRead, rowsWritten }: Measured): string {
    const given = `${rowsGiven.toLocaleString("en-US")} given`;
    if (rowsRead === undefined) return `${given}; a file does not count those that it reads (--volumes does)`;
    const written = rowsWritten === 0 ? "" : `, ${(rowsWritten ?? 0).toLocaleString("en-US")} written and rolled back`;
    return `${rowsRead.toLocaleString("en-US")} read, ${given}${written}`;
}

function describeTime({ times, floor }: Measured): string {
    const slowest = Math.max(...times);
    const runs = countOf(times.length, "run");
    const range = times.length === 1 ? runs : `p50 of ${runs}, the slowest ${toMs(slowest)}`;
    return `${toMs(findMedian(times))} (${range}; ${toMs(findMedian(floor))} for \`SELECT 1\` on the same way)`;
}

function toMs(milliseconds: number): string {
    return `${milliseconds.toFixed(milliseconds < 10 ? 2 : 0)} ms`;
}

const longestValue = 40;

function quote(value: unknown): string {
    if (typeof value !== "string") return value === null ? "NULL" : String(value);
    const text = value.length > longestValue ? `${value.slice(0, longestValue)}…` : value;
    return `'${text.replaceAll("'", "''")}'`;
}
