import type { Connection, Query, Row } from "../../database/connection.ts";
import { AppError } from "../../errors.ts";
import { findMissingIndex, giveAdvice, type Suggestion } from "../../explain/advice.ts";
import { explainRefusal } from "../../explain/locate.ts";
import { type Measured, measureStatement } from "../../explain/measure.ts";
import { findTable, readSchemaFacts, type SchemaFacts, schemaQueries } from "../../explain/schema.ts";
import { type Explained, readExplained } from "../../explain/statement.ts";
import { openScratch } from "../../planning/shadow.ts";
import { bindQuery, type DocumentedQuery, readQueries } from "../../queries/files.ts";
import { findScans, findUsedIndexes, type PlanStep, readPlan } from "../../queries/plan.ts";
import { openExisting, withConnection } from "../open.ts";
import type { Context } from "../program.ts";
import { createProgress } from "../progress.ts";
import { countOf } from "../report.ts";
import { type Explanation, printExplanation } from "./explanation.ts";

export interface ExplainOptions {
    readonly list?: boolean;
    /** `name=value` of each parameter. */
    readonly param?: readonly string[];
    /** Against a scratch database with the documented volumes. */
    readonly volumes?: boolean;
    readonly planOnly?: boolean;
    readonly runs?: number;
}

const usualRuns = 5;
const mostRuns = 1_000;

/**
 * db:explain: the plan of a statement in plain words, with the indexes that it uses, what it reads and how long it takes.
 * A statement that writes is only planned, unless it is against the scratch database.
 *
 * @throws AppError `usage` for anything but one statement with a plan, `sql` for one that the database refuses
 */
export async function explain(context: Context, options: ExplainOptions): Promise<void> {
    const queries = await readQueries(context.root);
    if (options.list) return listQueries(context, queries);
    const [asked, ...more] = context.args;
    if (asked === undefined || more.length > 0) {
        throw new AppError(
            "usage",
            asked === undefined ? "nothing is asked about" : "more than one thing is asked about",
            {
                hint: 'name a documented query (`--list` shows them), or give one statement in quotes: "SELECT …"',
            },
        );
    }
    const runs = options.runs ?? usualRuns;
    if (runs < 1 || runs > mostRuns)
        throw new AppError("usage", `--runs is 1 to ${mostRuns}`, { hint: "give another" });
    const explained = readExplained(asked, queries, options.param ?? []);
    if (options.volumes) return explainInVolumes(context, explained, { ...options, runs });
    const hint = "make it with `pnpm db:migrate`, or give --volumes to use a scratch database";
    const connection = await openExisting(context, "read", hint);
    await withConnection(connection, () =>
        explainOn(context, connection, explained, { ...options, runs, runsWrites: false }),
    );
}

function listQueries({ output }: Context, queries: readonly DocumentedQuery[]): void {
    output.table(queries.map(({ name, purpose, title }) => [name, purpose, title]));
    output.line(`${countOf(queries.length, "query", "queries")}. Explain one with \`pnpm db:explain <name>\`.`);
    output.document(queries);
}

async function explainInVolumes(
    context: Context,
    explained: Explained,
    options: ExplainOptions & { runs: number },
): Promise<void> {
    const { openVolumes } = await import("../../explain/scratch.ts");
    const { progress, end } = await createProgress(context.output, () => performance.now());
    const opened = openVolumes(context.root, {
        now: new Date(),
        signal: context.signal,
        progress: ({ path, done, total }) => progress(path, done, total),
    }).finally(end);
    const { connection, rows, close } = await opened;
    try {
        const kind =
            connection.target.kind === "server" ? "on a server of its own" : "on a file, because sqld is not here";
        context.output.field("Database", `a scratch database with ${countOf(rows, "row")}, ${kind}`);
        await withConnection(connection, () =>
            explainOn(context, connection, explained, { ...options, runsWrites: true }),
        );
    } finally {
        await close();
    }
}

async function explainOn(
    { output, signal }: Context,
    connection: Connection,
    explained: Explained,
    options: ExplainOptions & { runs: number; runsWrites: boolean },
): Promise<void> {
    const query = bind(explained);
    const { plan, indexes, schema } = await readPlanOn(connection, explained, query);
    const find = (source: string): string | undefined => findTable(source, explained.tokens, schema);
    const unset = explained.parameters.filter(({ value }) => value === undefined).map(({ name }) => name);
    const notRun = findReasonNotToRun(explained, unset, options);
    const { writes } = explained;
    const run = notRun
        ? undefined
        : await measureStatement(connection, query, {
              writes,
              signal,
              runs: options.runs,
              clock: () => performance.now(),
          });
    const measured = run?.ok ? run.measured : undefined;
    const counts = await countScanned(connection, plan, find);
    const input = { explained, plan, schema, findTable: find };
    const advice = giveAdvice({
        ...input,
        countRows: (table) => counts.get(table),
        rowsRead: measured?.rowsRead,
        rowsGiven: measured?.rowsGiven,
    });
    const missing = await inScratch((scratch) => findMissingIndex(input, scratch));
    const explanation: Explanation = {
        explained,
        plan,
        findTable: find,
        indexes: indexes.map((name) => ({ name, ...(schema.indexes.get(name) ?? { table: "", columns: [] }) })),
        measured,
        notRun: run && !run.ok ? `It fails when it runs: ${run.message}` : notRun,
        advice: [...advice, ...(missing ? [renderSuggestion(missing)] : [])],
    };
    printExplanation(output, explanation);
    output.document(toDocument(connection, explanation));
    if (run && !run.ok)
        throw new AppError("sql", `the statement fails: ${run.message}`, { outcome: "Nothing was changed." });
}

function bind({ sql, parameters }: Explained): Query {
    return bindQuery({ sql, parameters: parameters.map(({ name, value = null }) => ({ name, example: value })) });
}

async function readPlanOn(
    connection: Connection,
    explained: Explained,
    query: Query,
): Promise<{ plan: PlanStep[]; indexes: string[]; schema: SchemaFacts }> {
    const asked = { ...query, sql: `EXPLAIN QUERY PLAN ${query.sql}` };
    const [planned, ...rest] = await connection.readAll([asked, ...schemaQueries]);
    if (!planned?.ok) {
        throw await inScratch((scratch) => explainRefusal(explained.sql, planned?.message ?? "no plan", scratch));
    }
    const [schema, columns] = rest.map((result): readonly Row[] => (result.ok ? result.rows : []));
    return {
        plan: readPlan(planned.rows),
        indexes: findUsedIndexes(planned.rows),
        schema: readSchemaFacts(schema ?? [], columns ?? []),
    };
}

async function inScratch<T>(use: (scratch: Connection) => Promise<T>): Promise<T> {
    const scratch = openScratch();
    try {
        return await use(scratch);
    } finally {
        scratch.close();
    }
}

function findReasonNotToRun(
    { writes }: Explained,
    unset: readonly string[],
    { planOnly = false, runsWrites }: ExplainOptions & { runsWrites: boolean },
): string | undefined {
    if (planOnly) return "It was planned and not run: --plan-only.";
    if (unset.includes(""))
        return "It was planned and not run: write each ? as a name, such as :id, and give --param id=….";
    const given = unset.map((name) => `--param ${name}=…`).join(" ");
    if (unset.length > 0) return `It was planned and not run: a value is missing (${given}).`;
    if (writes && !runsWrites) {
        return "It writes, so it was planned and not run. --volumes runs it on a scratch database, and rolls it back.";
    }
    return undefined;
}

// Counting is free on a file and in a scratch database; elsewhere it is billed like any other scan.
async function countScanned(
    connection: Connection,
    plan: readonly PlanStep[],
    find: (source: string) => string | undefined,
): Promise<Map<string, number>> {
    const tables = [...new Set(findScans(plan).flatMap(({ source = "" }) => find(source) ?? []))];
    if (!connection.target.local || tables.length === 0) return new Map();
    const sql = tables.map((table) => ({ sql: `SELECT count(*) AS rows FROM "${table.replaceAll('"', '""')}"` }));
    const results = await connection.readAll(sql);
    return new Map(
        tables.flatMap((table, at): [string, number][] => {
            const result = results[at];
            return result?.ok ? [[table, Number(result.rows[0]?.rows)]] : [];
        }),
    );
}

function renderSuggestion({ table, columns }: Suggestion): string {
    const names = columns.join(", ");
    return `An index on ${table} (${names}) would spare it the scan: SQLite took one in an empty copy of the schema. Each index makes every write dearer.`;
}

function toDocument(connection: Connection, { explained, measured, ...rest }: Explanation): object {
    const { plan, indexes, notRun, advice } = rest;
    return {
        database: connection.target.label,
        query: explained.query?.name ?? null,
        sql: explained.sql,
        parameters: Object.fromEntries(explained.parameters.map(({ name, value = null }) => [name, toJson(value)])),
        ...{ plan, indexes, notRun: notRun ?? null, advice },
        measured: measured === undefined ? null : toFigures(measured),
    };
}

function toFigures({ times, floor, rowsGiven, rowsRead, rowsWritten }: Measured): object {
    const counted = { rowsRead: rowsRead ?? null, rowsWritten: rowsWritten ?? null };
    return { milliseconds: times, requestMilliseconds: floor, rowsGiven, ...counted };
}

function toJson(value: unknown): unknown {
    return typeof value === "bigint" ? String(value) : value;
}
