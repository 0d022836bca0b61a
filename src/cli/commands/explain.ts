import type { Connection } from "../../database/connection.ts";
import { AppError } from "../../errors.ts";
import { type Explanation, explainPlan } from "../../explain/explain.ts";
import type { Measured } from "../../explain/measure.ts";
import { type Explained, readExplained } from "../../explain/statement.ts";
import { listSets } from "../../planning/files.ts";
import { type DocumentedQuery, readQueries } from "../../queries/files.ts";
import type { PlanStep } from "../../queries/plan.ts";
import { openExisting, withConnection } from "../open.ts";
import type { Output } from "../output.ts";
import type { Context } from "../program.ts";
import { createProgress } from "../progress.ts";
import { countOf, warnOfUnfinished } from "../report.ts";

export interface ExplainOptions {
    readonly list?: boolean;
    /** `name=value` of each parameter. */
    readonly param?: readonly string[];
    /** Use a scratch database with the documented volumes. */
    readonly volumes?: boolean;
    readonly planOnly?: boolean;
    readonly runs?: number;
}

const usualRuns = 5;
const mostRuns = 1_000;
const clock = (): number => performance.now();

/**
 * db:explain: shows the plan of a statement, its indexes, the rows that it reads and its time. A statement that writes is
 * run only on the scratch database.
 *
 * @throws AppError `usage` for anything but one statement with a plan, `sql` for one that the database refuses
 */
export async function explain(context: Context, options: ExplainOptions): Promise<void> {
    const sets = (await listSets(context.root)).slice(1).map(({ name }) => name);
    const queries = (await Promise.all([undefined, ...sets].map((set) => readQueries(context.root, set)))).flat();
    if (options.list) return listQueries(context, queries);
    const [asked, ...more] = context.args;
    if (asked === undefined || more.length > 0) {
        throw new AppError("usage", asked === undefined ? "no statement is named" : "more than one argument", {
            hint: 'name a documented query (`--list` lists them), or quote one statement: "SELECT …"',
        });
    }
    const { runs = usualRuns } = options;
    if (runs < 1 || runs > mostRuns) throw new AppError("usage", `--runs must be 1 to ${mostRuns}`);
    const explained = readExplained(asked, queries, options.param ?? []);
    const explainOn = (connection: Connection, runsWrites: boolean): Promise<void> =>
        withConnection(connection, async () => {
            const { signal } = context;
            const settings = { planOnly: options.planOnly ?? false, runsWrites, runs, signal, clock };
            const explanation = await explainPlan(connection, explained, settings);
            printExplanation(context.output, connection.target.label, explained, explanation);
        });
    if (options.volumes) return explainInVolumes(context, explainOn);
    const hint = "create it with `pnpm db:migrate`, or add `--volumes` to use a scratch database";
    await explainOn(await openExisting(context, "read", hint), false);
}

function listQueries({ output }: Context, queries: readonly DocumentedQuery[]): void {
    output.table(queries.map(({ name, purpose, title }) => [name, `${title} For: ${purpose}`]));
    const advice = queries.length === 0 ? "" : " Explain one with `pnpm db:explain <name>`.";
    output.line(`${countOf(queries.length, "query", "queries")}.${advice}`);
    output.document(queries);
}

async function explainInVolumes(
    { output, root, signal }: Context,
    explainOn: (connection: Connection, runsWrites: boolean) => Promise<void>,
): Promise<void> {
    const { openVolumes } = await import("../../explain/volumes.ts");
    const { progress, end } = await createProgress(output, clock);
    const { connection, rows, close } = await openVolumes(root, {
        now: new Date(),
        signal,
        leaveOut: warnOfUnfinished(output),
        progress: ({ path, done, total }) => progress(path, done, total),
    }).finally(end);
    try {
        const kind =
            connection.target.kind === "server" ? "on a local server" : "in a file, because sqld is not installed";
        output.field("Database", `a scratch database with ${countOf(rows, "row")}, ${kind}`);
        await explainOn(connection, true);
    } finally {
        await close();
    }
}

function printExplanation(output: Output, database: string, explained: Explained, explanation: Explanation): void {
    const { query, sql, parameters } = explained;
    const { plan, indexes, measured, notRun, failure, advice } = explanation;
    if (query) output.field("Query", `${query.path}: ${query.title}`);
    const values = parameters.filter(({ value }) => value !== undefined);
    if (values.length > 0) {
        output.field("Values", values.map(({ name, value }) => `:${name} = ${renderLiteral(value)}`).join(", "));
    }
    output.line();
    for (const line of renderPlan(plan)) output.line(line);
    if (plan.length === 0) output.line("It inserts rows without a search.");
    output.line();
    const used = indexes.map(({ name, table, columns }) => `${name} on ${table} (${columns.join(", ")})`);
    printList(output, "Indexes", used);
    if (measured) {
        output.field("Rows", renderRows(measured));
        output.field("Time", renderTime(measured));
    }
    if (notRun) output.line(notRun);
    printList(output, "Advice", advice);
    output.document({
        ...{ database, query: query?.name ?? null, sql },
        parameters: Object.fromEntries(
            parameters.map(({ name, value = null }) => [name, typeof value === "bigint" ? String(value) : value]),
        ),
        ...{ plan, indexes, notRun: notRun ?? failure ?? null, advice },
        measured: measured === undefined ? null : toFigures(measured),
    });
    if (failure === undefined) return;
    throw new AppError("sql", `the statement fails: ${failure}`, { outcome: "Nothing was changed." });
}

function toFigures({ times, floor, rowsReturned, rowsRead, rowsWritten }: Measured): object {
    const counted = { rowsRead: rowsRead ?? null, rowsWritten: rowsWritten ?? null };
    return { milliseconds: times, requestMilliseconds: floor, rowsReturned, ...counted };
}

function printList(output: Output, label: string, lines: readonly string[]): void {
    output.field(label, lines[0] ?? "none");
    for (const line of lines.slice(1)) output.line(`${" ".repeat("Indexes:  ".length)}${line}`);
}

function renderPlan(plan: readonly PlanStep[], depth = 0): string[] {
    return plan.flatMap(({ detail, steps }, at) => [
        `${"    ".repeat(depth)}${at + 1}. ${detail}`,
        ...renderPlan(steps, depth + 1),
    ]);
}

function renderRows({ rowsReturned, rowsRead, rowsWritten = 0 }: Measured): string {
    const returned = `${rowsReturned.toLocaleString("en-US")} returned`;
    if (rowsRead === undefined)
        return `${returned}; neither a file nor a replica counts the rows read (--volumes does)`;
    const written = rowsWritten === 0 ? "" : `, ${rowsWritten.toLocaleString("en-US")} written and rolled back`;
    return `${rowsRead.toLocaleString("en-US")} read, ${returned}${written}`;
}

function renderTime({ times, floor }: Measured): string {
    const runs = countOf(times.length, "run");
    const range = times.length === 1 ? runs : `p50 of ${runs}, the slowest ${toMs(Math.max(...times))}`;
    return `${toMs(findMedian(times))} (${range}; ${toMs(findMedian(floor))} for \`SELECT 1\`)`;
}

function findMedian(numbers: readonly number[]): number {
    return [...numbers].sort((one, other) => one - other)[Math.floor((numbers.length - 1) / 2)] ?? Number.NaN;
}

function toMs(milliseconds: number): string {
    return `${milliseconds.toFixed(milliseconds < 10 ? 2 : 0)} ms`;
}

const longestValue = 40;

function renderLiteral(value: unknown): string {
    if (typeof value !== "string") return value === null ? "NULL" : String(value);
    const text = value.length > longestValue ? `${value.slice(0, longestValue)}…` : value;
    return `'${text.replaceAll("'", "''")}'`;
}
