import type { Row } from "../../database/connection.ts";
import { explainFault } from "../../database/faults.ts";
import { type Check, chooseChecks, readChecks } from "../../doctor/checks.ts";
import { describeExamination, renderExample } from "../../doctor/describe.ts";
import { countFindings, type ExaminationCounts, type Examined, examineDatabase } from "../../doctor/examine.ts";
import { AppError, type ExitCode, exitCodes } from "../../errors.ts";
import { openExisting, withConnection } from "../open.ts";
import { type Output, renderTable } from "../output.ts";
import type { Context } from "../program.ts";
import { conclude, countOf, listCounts } from "../report.ts";

export interface DoctorOptions {
    /** Run only these. */
    readonly check?: readonly string[];
    /** List the checks without running them. */
    readonly list?: boolean;
    /** Skip the checks that read every page. */
    readonly quick?: boolean;
    /** Number of example rows per finding. */
    readonly examples?: number;
    readonly showSql?: boolean;
}

/** How many rows of a finding are shown. */
export const usualExamples = 3;
/** A server limits the size of its responses. */
const mostExamples = 1_000;

/**
 * db:doctor: runs the queries of operations/checks/ and prints their findings with examples, query and remedy. Only reads.
 *
 * @returns exit code 4 for an error, a warning or a check that failed, 1 for a damaged database, else 0
 * @throws AppError `usage` for an unknown check, `drift` for a database without tables
 */
export async function examineHealth(context: Context, options: DoctorOptions): Promise<ExitCode> {
    const { output, root, signal } = context;
    const { examples = usualExamples } = options;
    if (examples > mostExamples) {
        const hint = "run the query of the check by hand to get all rows";
        throw new AppError("usage", `--examples shows at most ${mostExamples} rows`, { hint });
    }
    const checks = chooseChecks(await readChecks(root), options.check, options.quick ?? false);
    if (options.list) return listChecks(output, checks);
    const connection = await openExisting(context, "read");
    const { examined, damage } = await withConnection(connection, () =>
        examineDatabase(connection, checks, { examples, signal }),
    );
    for (const item of examined) printExamined(output, item);
    printSkipped(output, examined);
    // The JSON document has the queries already.
    if (options.showSql && !output.json) for (const item of examined) printSql(output, item);
    const counts = countFindings(examined);
    const document = describeExamination(connection.target.label, examined);
    conclude(context, connection, describeCounts(counts), document);
    if (damage) {
        const error = explainFault(damage, connection.target);
        // The JSON document is printed already.
        if (output.json) output.warn(error.message);
        else output.error(error);
        return exitCodes.failed;
    }
    return counts.errors + counts.warnings + counts.failed > 0 ? exitCodes.drift : exitCodes.done;
}

function listChecks(output: Output, checks: readonly Check[]): ExitCode {
    output.table(checks.map(({ name, level, title, isSlow }) => [name, level, isSlow ? `${title} (slow)` : title]));
    output.line(`${countOf(checks.length, "check")}. Each is a query in operations/checks/ that can be run by hand.`);
    output.document(checks);
    return exitCodes.done;
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

// Grouped by reason, because many checks read the same table.
function printSkipped(output: Output, examined: readonly Examined[]): void {
    const names = new Map<string, string[]>();
    for (const item of examined) {
        if (item.state !== "skipped" || item.isOptional) continue;
        names.set(item.reason, [...(names.get(item.reason) ?? []), item.check.name]);
    }
    for (const [reason, skipped] of names) output.line(`skipped: ${reason}: ${skipped.sort().join(", ")}`);
    if (names.size > 0) output.line();
}

function printSql(output: Output, { check, state }: Examined): void {
    if (state === "found" || state === "failed") output.raw(`-- ${check.name}: ${check.title}\n${check.sql};\n\n`);
}

/** `Found 1 error, 2 warnings: 81 checks.` */
export function describeCounts({
    errors,
    warnings,
    notes,
    examined,
    failed,
    skipped,
    optional,
}: ExaminationCounts): string {
    const found = listCounts([errors, "error"], [warnings, "warning"], [notes, "note"]);
    const ran = [
        countOf(examined, "check"),
        ...(failed > 0 ? [`${failed} failed`] : []),
        ...(skipped > optional ? [`${skipped - optional} skipped`] : []),
    ];
    if (ran.length === 1 && examined === 0 && skipped === 0) return "Nothing was examined: this project has no checks.";
    const nothing = failed > 0 ? "Nothing found in what could be examined" : "Nothing found";
    return `${found === "" ? nothing : `Found ${found}`}: ${ran.join(", ")}.`;
}

function renderExamples(rows: readonly Row[]): string[] {
    const columns = Object.keys(rows[0] ?? {});
    if (columns.length === 0) return [];
    return renderTable([columns, ...rows.map((row) => columns.map((column) => renderExample(row[column])))]);
}
