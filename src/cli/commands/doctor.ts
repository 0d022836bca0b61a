import type { Connection, Row } from "../../database/connection.ts";
import { explainFault } from "../../database/faults.ts";
import { type Check, type Level, levels, readChecks } from "../../doctor/checks.ts";
import { checksAtOnce, type Examined, examine } from "../../doctor/examine.ts";
import { renderExamples, renderValue } from "../../doctor/render.ts";
import { AppError, type ExitCode, exitCodes } from "../../errors.ts";
import { openExisting, withConnection } from "../open.ts";
import type { Output } from "../output.ts";
import type { Context } from "../program.ts";
import { countOf, measureCost } from "../report.ts";

export interface DoctorOptions {
    /** Run only these. */
    readonly check?: readonly string[];
    /** Only say what the checks are. */
    readonly list?: boolean;
    /** Leave out what looks at every page. */
    readonly quick?: boolean;
    /** How many rows of each finding are shown. */
    readonly examples?: number;
    readonly showSql?: boolean;
}

const usualExamples = 3;
/** A server's answer has its limit, and so has a reader. */
const mostExamples = 1_000;

/**
 * db:doctor: runs the queries of operations/checks/ and tells what they find, each with examples, the query and the remedy. Only
 * reads.
 *
 * @returns exit code 4 when an error or a warning was found, or a check could not be run, 1 where the database is damaged;
 *     notes alone leave it at 0
 * @throws AppError `usage` for a check that does not exist, `drift` for a database without tables
 */
export async function examineHealth(context: Context, options: DoctorOptions): Promise<ExitCode> {
    const { output, root, signal } = context;
    const { examples = usualExamples } = options;
    if (examples > mostExamples) throw refuseExamples();
    const checks = choose(await readChecks(root), options);
    if (options.list) return listChecks(output, checks);
    const connection = await openExisting(context, "read");
    const { examined, damage } = await withConnection(connection, async () => {
        await refuseWithoutTables(connection);
        const atOnce = checksAtOnce[connection.target.kind];
        return examine((queries) => connection.readAll(queries), checks, { examples, atOnce, signal });
    });
    const { sentence, ...cost } = measureCost(context, connection);
    const sorted = sortByLevel(examined);
    for (const item of sorted) printExamined(output, item);
    printSkipped(output, sorted);
    // The document of a --json run has the queries already.
    if (options.showSql && !output.json) for (const item of sorted) printSql(output, item);
    const counts = countFindings(examined);
    output.line(`${conclude(counts)} ${sentence}`);
    output.document({
        database: connection.target.label,
        ...counts,
        ...cost,
        checks: sorted.map(describeExamined),
    });
    if (damage) {
        const error = explainFault(damage, connection.target);
        // The one document of a --json run is printed already.
        if (output.json) output.warn(error.message);
        else output.error(error);
        return exitCodes.failed;
    }
    return counts.errors + counts.warnings + counts.failed > 0 ? exitCodes.drift : exitCodes.done;
}

function choose(checks: readonly Check[], { check: wanted, quick }: DoctorOptions): Check[] {
    // Somebody may have copied the path from a finding.
    const names = (wanted ?? []).map((name) => name.replace(/^.*\//, "").replace(/\.sql$/, ""));
    const unknown = names.find((name) => !checks.some((check) => check.name === name));
    if (unknown !== undefined) {
        throw new AppError("usage", `there is no check '${unknown}'`, {
            hint: "`pnpm db:doctor --list` shows them all",
            outcome: "Nothing was examined.",
        });
    }
    return checks.filter(({ name, isSlow }) => (wanted ? names.includes(name) : !(quick && isSlow)));
}

function listChecks(output: Output, checks: readonly Check[]): ExitCode {
    output.table(checks.map(({ name, level, title, isSlow }) => [name, level, isSlow ? `${title} (slow)` : title]));
    output.line(`${countOf(checks.length, "check")}. Each is a query in operations/checks/ that can be run by hand.`);
    output.document(checks);
    return exitCodes.done;
}

function refuseExamples(): AppError {
    return new AppError("usage", `--examples shows at most ${mostExamples} rows`, {
        hint: "the check's query, run by hand, gives them all",
    });
}

function refuseEmpty(reason: string): AppError {
    return new AppError("drift", `${reason}, so there is nothing to examine`, {
        hint: "deploy with `pnpm db:migrate`, or look whether the URL is the one that is meant",
    });
}

async function refuseWithoutTables(connection: Connection): Promise<void> {
    const sql = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!' LIMIT 1";
    const [result] = await connection.readAll([{ sql }]);
    if (result?.ok && result.rows.length === 0) throw refuseEmpty("this database has no tables");
}

const ranks = { found: 0, failed: 1, skipped: 2, clean: 3 } as const;

// The worst first, each level by name.
function sortByLevel(examined: readonly Examined[]): Examined[] {
    const rank = ({ state, check }: Examined): number => ranks[state] * levels.length + levels.indexOf(check.level);
    return [...examined].sort((a, b) => rank(a) - rank(b));
}

function printExamined(output: Output, examined: Examined): void {
    const { check, state } = examined;
    if (state === "clean" || state === "skipped") return;
    if (state === "failed") {
        output.line(`failed: ${check.name}: ${examined.reason}`);
        output.line(`    Query:  ${check.path}\n`);
        return;
    }
    output.line(`${check.level}: ${check.name}: ${check.title} (${examined.count.toLocaleString("en-US")})`);
    for (const line of renderExamples(examined.examples)) output.line(`    ${line}`);
    const more = examined.count - examined.examples.length;
    if (more > 0 && examined.examples.length > 0) output.line(`    … and ${more.toLocaleString("en-US")} more`);
    output.line(`    Why:    ${check.why}`);
    output.line(`    Query:  ${check.path}`);
    output.line(`    Remedy: ${check.remedy}`);
    output.line();
}

// By what is missing: one table is asked about by many checks.
function printSkipped(output: Output, examined: readonly Examined[]): void {
    const names = new Map<string, string[]>();
    for (const item of examined) {
        if (item.state !== "skipped") continue;
        names.set(item.reason, [...(names.get(item.reason) ?? []), item.check.name]);
    }
    for (const [reason, skipped] of names) output.line(`skipped: ${reason}: ${skipped.sort().join(", ")}`);
    if (names.size > 0) output.line();
}

// A script for any shell that speaks SQL.
function printSql(output: Output, { check, state }: Examined): void {
    if (state === "found" || state === "failed") output.raw(`-- ${check.name}: ${check.title}\n${check.sql};\n\n`);
}

interface Counts {
    readonly errors: number;
    readonly warnings: number;
    readonly notes: number;
    /** Checks that ran, whatever they found. */
    readonly examined: number;
    readonly failed: number;
    readonly skipped: number;
}

function countFindings(examined: readonly Examined[]): Counts {
    const count = (test: (item: Examined) => boolean): number => examined.filter(test).length;
    const found = (level: Level): number => count(({ state, check }) => state === "found" && check.level === level);
    return {
        errors: found("error"),
        warnings: found("warning"),
        notes: found("note"),
        examined: count(({ state }) => state === "found" || state === "clean"),
        failed: count(({ state }) => state === "failed"),
        skipped: count(({ state }) => state === "skipped"),
    };
}

function conclude({ errors, warnings, notes, examined, failed, skipped }: Counts): string {
    const found = [
        ...(errors > 0 ? [countOf(errors, "error")] : []),
        ...(warnings > 0 ? [countOf(warnings, "warning")] : []),
        ...(notes > 0 ? [countOf(notes, "note")] : []),
    ];
    const ran = [
        countOf(examined, "check"),
        ...(failed > 0 ? [`${failed} failed`] : []),
        ...(skipped > 0 ? [`${skipped} skipped`] : []),
    ];
    const nothing = failed > 0 ? "Nothing found in what could be examined" : "Nothing found";
    return `${found.length === 0 ? nothing : `Found ${found.join(", ")}`}: ${ran.join(", ")}.`;
}

function describeExamined(item: Examined): object {
    const { name, level, title, why, remedy, path, sql } = item.check;
    const base = { name, state: item.state, level, title };
    if (item.state === "clean") return base;
    if (item.state !== "found") return { ...base, reason: item.reason, path, sql };
    return { ...base, count: item.count, examples: item.examples.map(describeRow), why, remedy, path, sql };
}

// JSON has neither large integers nor blobs.
function describeRow(row: Row): object {
    return Object.fromEntries(
        Object.entries(row).map(([column, value]) => [
            column,
            typeof value === "bigint" || value instanceof ArrayBuffer ? renderValue(value) : value,
        ]),
    );
}
