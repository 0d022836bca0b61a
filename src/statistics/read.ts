import type { Connection, ReadResult, Row } from "../database/connection.ts";
import { DatabaseFault } from "../database/faults.ts";
import { type LeaveOut, readAll } from "../planning/prepare.ts";
import { bindNames, type DocumentedQuery, readQueries } from "../queries/files.ts";
import { groupByIndex, readQueryPlans } from "../queries/usage.ts";
import { type Index, type Table, tableQueries, takeTableRows, toTables } from "../schema/table.ts";
import type { NamedFile } from "../sql/documented/folder.ts";
import { readStatisticsFiles } from "./files.ts";
import { countTable, findJsonColumns, measureJson, selectBytes, selectPages, toNumber } from "./schema.ts";

/** The size of a table; null if it could not be read. */
export interface TableSize {
    readonly name: string;
    readonly bookkeeping: boolean;
    readonly rows: number | null;
    readonly bytes: number | null;
    readonly indexBytes: number | null;
}

/** The size of the JSON in a column. */
export interface JsonSize {
    readonly table: string;
    readonly column: string;
    /** Number of rows that were read, and how many of them have a value. */
    readonly lookedAt: number;
    readonly values: number;
    /** The table has more rows than were read. */
    readonly sampled: boolean;
    readonly averageBytes: number | null;
    readonly largestBytes: number | null;
    /** Total of the table, extrapolated if only a sample was read. */
    readonly estimatedBytes: number;
}

/** The rows of a file of operations/statistics/, or the reason why it failed. */
export interface Section extends NamedFile {
    readonly rows: readonly Row[];
    readonly problem: string | null;
}

export interface IndexUse {
    /** Number of documented queries whose plan was read. */
    readonly queries: number;
    /** Names of documented queries that the database refuses. */
    readonly unplanned: readonly string[];
    /** Number of indexes from CREATE INDEX. */
    readonly indexes: number;
    /** Those that are not unique, lead no foreign key, and are used by no documented query. */
    readonly unused: readonly { readonly name: string; readonly table: string; readonly bytes: number | null }[];
}

/** All figures of a database. */
export interface Statistics {
    readonly tables: readonly TableSize[];
    readonly json: readonly JsonSize[];
    /** Size of the database and of its free pages; null if unknown. */
    readonly bytes: { readonly total: number; readonly free: number } | null;
    readonly sections: readonly Section[];
    readonly indexUse: IndexUse;
    /** Sentences about what could not be read. */
    readonly notes: readonly string[];
}

/**
 * Reads all figures of any database in three requests: schema and figures, sizes, and the plans of the documented queries.
 *
 * @param now the end of the growth periods, ISO-8601, UTC
 * @param leaveOut as for readAll()
 * @throws AppError `invalid-files`, DatabaseFault
 */
export async function readStatistics(
    root: string,
    connection: Connection,
    now: string,
    leaveOut?: LeaveOut,
): Promise<Statistics> {
    const [files, queries] = await Promise.all([readStatisticsFiles(root), readQueries(root)]);
    const { state } = await readAll(root, connection, {
        anyVersion: true,
        leaveOut,
        extra: [...tableQueries, selectPages, ...files.map(({ sql }) => bindNames(sql, { now }))],
    });
    const [pages, ...answers] = state.extra.slice(tableQueries.length);
    const notes: string[] = [];
    const sections = files.map(({ name, path, title }, at): Section => {
        const answer = answers[at];
        const problem = answer?.ok ? null : (answer?.message ?? "no answer");
        return { name, path, title, rows: rowsOf(answer), problem };
    });
    const known = toTables(state.schema, takeTableRows(state.extra.slice(0, tableQueries.length)));
    const tables = known.filter(({ isShadow }) => !isShadow);
    const { counts, json, bytes } = await measure(connection, tables, notes);
    const plans = await readPlans(connection, queries, notes);
    const [whole] = rowsOf(pages);
    const total = toNumber(whole, "bytes");
    return {
        tables: tables.map((table, at) => ({
            name: table.name,
            bookkeeping: table.isBookkeeping,
            rows: counts[at] ?? null,
            bytes: bytes?.get(table.name) ?? null,
            indexBytes: bytes ? table.indexes.reduce((sum, { name }) => sum + (bytes.get(name) ?? 0), 0) : null,
        })),
        json,
        bytes: total === null ? null : { total, free: toNumber(whole, "free") ?? 0 },
        sections,
        indexUse: findUnusedIndexes(tables, plans, bytes),
        notes,
    };
}

// `bytes` are by table or index; undefined if the server refuses the query.
async function measure(connection: Connection, tables: readonly Table[], notes: string[]) {
    const withJson = tables
        .map((table) => ({ table, columns: findJsonColumns(table) }))
        .filter(({ columns }) => columns.length > 0);
    const asked = [...tables.map(countTable), ...withJson.map(({ table, columns }) => measureJson(table, columns))];
    const results = await connection.readAll([...asked, selectBytes]).catch(async (error: unknown) => {
        // A server may forbid the query for the bytes, and with it the whole request.
        if (!(error instanceof DatabaseFault) || error.kind !== "forbidden") throw error;
        return [...(await connection.readAll(asked)), { ok: false, message: error.message } as const];
    });
    const counts = tables.map((_, at) => toNumber(rowsOf(results[at])[0], "counted"));
    tables.forEach(({ name }, at) => {
        const result = results[at];
        if (result && !result.ok) notes.push(`${name}: its rows cannot be counted (${result.message})`);
    });
    const json = withJson.flatMap(({ table, columns }, at) => {
        const result = results[tables.length + at];
        if (result && !result.ok) notes.push(`${table.name}: its JSON cannot be measured (${result.message})`);
        const [row] = rowsOf(result);
        return row ? toJsonSizes(table.name, columns, row, counts[tables.indexOf(table)] ?? 0) : [];
    });
    const sizes = results.at(-1);
    if (sizes?.ok) {
        return { counts, json, bytes: new Map(sizes.rows.map((row) => [String(row.name), Number(row.bytes)])) };
    }
    notes.push(`bytes are left out: the server does not report them (${sizes?.message})`);
    return { counts, json, bytes: undefined };
}

function toJsonSizes(table: string, columns: readonly string[], row: Row, rows: number): JsonSize[] {
    const lookedAt = toNumber(row, "looked_at") ?? 0;
    return columns.map((column, at) => {
        const values = toNumber(row, `values_${at}`) ?? 0;
        const averageBytes = toNumber(row, `average_${at}`);
        return {
            ...{ table, column, lookedAt, values, sampled: rows > lookedAt, averageBytes },
            largestBytes: toNumber(row, `largest_${at}`),
            estimatedBytes: Math.round(((averageBytes ?? 0) * values * rows) / Math.max(1, lookedAt)),
        };
    });
}

type Plans = Awaited<ReturnType<typeof readQueryPlans>>;

async function readPlans(connection: Connection, queries: readonly DocumentedQuery[], notes: string[]): Promise<Plans> {
    if (queries.length === 0) return [];
    try {
        return await readQueryPlans(connection, queries);
    } catch (error) {
        if (!(error instanceof DatabaseFault) || error.kind !== "forbidden") throw error;
        notes.push(`plans are left out: the token does not allow them (${error.message})`);
        return [];
    }
}

function findUnusedIndexes(
    tables: readonly Table[],
    plans: Plans,
    bytes: ReadonlyMap<string, number> | undefined,
): IndexUse {
    const nameOf = ({ table, index }: { table: Table; index: Index }): string => `${table.name}\0${index.name}`;
    const used = groupByIndex(plans);
    const planned = plans.filter((plan) => "rows" in plan);
    const made = tables
        .flatMap((table) => table.indexes.map((index) => ({ table, index })))
        .filter(({ index }) => index.origin === "c")
        .sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
    const isIdle = ({ table, index }: (typeof made)[number]): boolean =>
        !index.isUnique &&
        !table.foreignKeys.some((key) => key.columns[0] === index.columns[0]?.name) &&
        !used.has(index.name);
    return {
        queries: planned.length,
        unplanned: plans.filter((plan) => "problem" in plan).map(({ query }) => query.name),
        indexes: made.length,
        unused: (planned.length === 0 ? [] : made.filter(isIdle)).map(({ table, index }) => ({
            name: index.name,
            table: table.name,
            bytes: bytes?.get(index.name) ?? null,
        })),
    };
}

function rowsOf(result: ReadResult | undefined): readonly Row[] {
    return result?.ok ? result.rows : [];
}
