import type { Connection, Query } from "../database/connection.ts";
import { openScratch } from "../database/file/connection.ts";
import { AppError } from "../errors.ts";
import { bindQuery } from "../queries/files.ts";
import { findScans, findUsedIndexes, type PlanStep, readPlan } from "../queries/plan.ts";
import { type SchemaRow, selectSchema } from "../schema/row.ts";
import { type Table, tableQueries, toTables } from "../schema/table.ts";
import { isReserved } from "../sql/keywords.ts";
import { isKeyword, readName, type Token, tokenize } from "../sql/lexer.ts";
import { isSameName } from "../sql/names.ts";
import { quoteName } from "../sql/quoting.ts";
import { findMissingIndex, giveAdvice } from "./advice.ts";
import { type Measured, measureStatement } from "./measure.ts";
import { listOddTexts } from "./odd-texts.ts";
import type { Explained } from "./statement.ts";

/** How a database executes a statement. */
export interface Explanation {
    readonly plan: readonly PlanStep[];
    /** `<expression>` stands for a computed column. */
    readonly indexes: readonly { readonly name: string; readonly table: string; readonly columns: readonly string[] }[];
    /** Undefined if it was not run or failed. */
    readonly measured: Measured | undefined;
    /** Why it was not run. */
    readonly notRun: string | undefined;
    /** Why it failed when it ran. */
    readonly failure: string | undefined;
    readonly advice: readonly string[];
}

interface ExplainSettings {
    readonly planOnly: boolean;
    /** Run even a statement that writes, and roll it back. */
    readonly runsWrites: boolean;
    readonly runs: number;
    readonly signal: AbortSignal;
    /** Returns milliseconds. */
    readonly clock: () => number;
}

/**
 * Reads the plan of a statement, runs the statement if that is safe to measure rows and time, and looks for a missing index.
 *
 * @throws AppError `sql` for a statement that the database refuses
 */
export async function explainPlan(
    connection: Connection,
    explained: Explained,
    settings: ExplainSettings,
): Promise<Explanation> {
    const { sql, parameters, writes } = explained;
    const examples = parameters.map(({ name, value = null }) => ({ name, example: value }));
    const query = bindQuery({ sql, parameters: examples });
    const { plan, indexes, schema } = await readPlanAndSchema(connection, query);
    const find = (source: string): Table | undefined => findPlannedTable(source, explained.tokens, schema);
    const notRun = findReasonNotToRun(explained, settings);
    const run = notRun ? undefined : await measureStatement(connection, query, { writes, ...settings });
    const [measured, reason] = typeof run === "string" ? [undefined, run] : [run, undefined];
    const failure = reason && (await nameOddTexts(connection, reason, listTables(explained.tokens, schema)));
    const rowCounts = await countScanned(connection, plan, find);
    const input = {
        ...{ explained, plan, findTable: find, rowCounts },
        ...{ rowsRead: measured?.rowsRead, rowsReturned: measured?.rowsReturned },
    };
    const scratch = openScratch();
    const missing = await findMissingIndex(input, schema.rows, scratch).finally(() => scratch.close());
    return {
        plan,
        indexes: indexes.map((name) => describeIndex(name, schema.tables)),
        measured,
        notRun,
        failure,
        advice: [...giveAdvice(input), ...(missing ? [missing] : [])],
    };
}

interface ExplainSchema {
    readonly rows: readonly SchemaRow[];
    readonly tables: readonly Table[];
}

async function readPlanAndSchema(
    connection: Connection,
    query: Query,
): Promise<{ plan: PlanStep[]; indexes: string[]; schema: ExplainSchema }> {
    const asked = { ...query, sql: `EXPLAIN QUERY PLAN ${query.sql}` };
    const [planned, ...rest] = await connection.readAll([asked, selectSchema, ...tableQueries]);
    if (!planned?.ok) throw new AppError("sql", planned?.message ?? "no plan", { outcome: "Nothing was run." });
    const [schema = [], ...facts] = rest.map((result) => (result.ok ? result.rows : []));
    const rows = schema as unknown as SchemaRow[];
    return {
        plan: readPlan(planned.rows),
        indexes: findUsedIndexes(planned.rows),
        schema: { rows, tables: toTables(rows, facts) },
    };
}

function describeIndex(name: string, tables: readonly Table[]): Explanation["indexes"][number] {
    const table = tables.find(({ indexes }) => indexes.some((index) => index.name === name));
    const columns = table?.indexes.find((index) => index.name === name)?.columns ?? [];
    return { name, table: table?.name ?? "", columns: columns.map((column) => column.name ?? "<expression>") };
}

function findReasonNotToRun(
    { parameters, writes }: Explained,
    { planOnly, runsWrites }: ExplainSettings,
): string | undefined {
    if (planOnly) return "It was planned and not run: --plan-only.";
    const unset = parameters.filter(({ value }) => value === undefined).map(({ name }) => name);
    if (unset.includes("")) {
        return "It was planned and not run: replace each ? by a named parameter, such as :id, and pass --param id=….";
    }
    if (unset.length > 0) {
        const missing = unset.map((name) => `--param ${name}=…`).join(" ");
        return `It was planned and not run: a value is missing (${missing}).`;
    }
    if (!writes || runsWrites) return undefined;
    return "It writes, so it was planned and not run. --volumes runs it on a scratch database, and rolls it back.";
}

// A result that cannot be read says nothing about the row that the text comes from.
async function nameOddTexts(connection: Connection, reason: string, tables: readonly Table[]): Promise<string> {
    if (!reason.includes("is not UTF-8")) return reason;
    const found = await listOddTexts(connection, tables);
    return found.length === 0 ? reason : `${reason}; not UTF-8: ${found.join(", ")}`;
}

// The tables that a statement names, also those of the views that it names.
function listTables(tokens: readonly Token[], { rows, tables }: ExplainSchema): readonly Table[] {
    const isNamed = (name: string, list: readonly Token[]): boolean =>
        list.some((token) => isName(token) && isSameName(readName(token), name));
    const views = rows.filter(({ type, name }) => type === "view" && isNamed(name, tokens));
    const texts = [tokens, ...views.map(({ sql }) => tokenize(sql ?? ""))];
    return tables.filter(({ name }) => texts.some((list) => isNamed(name, list)));
}

// Counting is free on a local database; elsewhere it is billed like any other scan.
async function countScanned(
    connection: Connection,
    plan: readonly PlanStep[],
    find: (source: string) => Table | undefined,
): Promise<Map<string, number>> {
    const tables = [...new Set(findScans(plan).flatMap(({ source = "" }) => find(source)?.name ?? []))];
    if (!connection.target.local || tables.length === 0) return new Map();
    const counts = tables.map((table) => ({ sql: `SELECT count(*) AS counted FROM ${quoteName(table)}` }));
    const results = await connection.readAll(counts);
    return new Map(
        results.flatMap((result, at) =>
            result.ok ? [[tables[at] ?? "", Number(result.rows[0]?.counted)] as const] : [],
        ),
    );
}

/** Finds the table that a step of a plan names, by its name or by an alias in the statement or in a view. */
export function findPlannedTable(
    source: string,
    tokens: readonly Token[],
    { rows, tables }: ExplainSchema,
): Table | undefined {
    const find = (name: string): Table | undefined => tables.find((table) => isSameName(table.name, name));
    const views = rows.filter(({ type }) => type === "view").map(({ sql }) => tokenize(sql ?? ""));
    for (const list of [tokens, ...views]) {
        const words = list.filter(({ kind }) => kind !== "space" && kind !== "comment");
        for (const [at, token] of words.entries()) {
            const alias = isKeyword(words[at + 1], "AS") ? words[at + 2] : words[at + 1];
            if (!isName(token) || !alias || !isName(alias) || !isSameName(readName(alias), source)) continue;
            const table = find(readName(token));
            if (table) return table;
        }
    }
    return find(source);
}

function isName({ kind, text }: Token): boolean {
    return kind === "name" || (kind === "word" && !isReserved(text));
}
