import { setImmediate as turn } from "node:timers/promises";
import type { Connection, Query } from "../database/connection.ts";
import { DatabaseFault } from "../database/faults.ts";
import { isSameName } from "../sql/names.ts";
import { quoteName } from "../sql/quoting.ts";
import { type Judgement, judgeReading, type Parent, parentInPlace, parentJudged, selectRefused } from "./judging.ts";
import type { AdoptedTable, Adoption, TableState } from "./prepare.ts";
import { readRows, rowsOf } from "./read-rows.ts";
import { countConverted, type Reading, rowReasons, selectHomeless } from "./reading.ts";

/** What adoption would do to the rows of one table. */
export interface TableSurvey {
    readonly table: string;
    readonly state: TableState;
    readonly rows: number;
    /** How many values would be converted, by column. */
    readonly converted: Readonly<Record<string, number>>;
    readonly refused: number;
    /** How many rows each reason refuses; a row can have several. */
    readonly reasons: Readonly<Record<string, number>>;
    /** How many rows have values that have no column in the files, by column. */
    readonly homeless: Readonly<Record<string, number>>;
    /** Indexes and triggers that the rebuild drops and the files lack: `trigger trg_audit`. */
    readonly dropped: readonly string[];
}

/** What adoption would do to a database. */
export interface AdoptionSurvey {
    readonly tables: readonly TableSurvey[];
    /** Rows of all tables that would be refused. */
    readonly refused: number;
}

/**
 * Counts, for every table of the files, what adoption would do. Reads only.
 *
 * @throws DatabaseFault `interrupted` when `signal` is aborted
 */
export async function surveyAdoption(
    connection: Connection,
    adoption: Adoption,
    signal: AbortSignal,
): Promise<AdoptionSurvey> {
    const judgements = judgeAll(adoption);
    const tables: TableSurvey[] = [];
    for (const table of adoption.tables) {
        // The driver of a file blocks the event loop: without a turn of it, the process would not receive Ctrl-C.
        await turn();
        if (signal.aborted) throw new DatabaseFault("interrupted", "interrupted");
        const survey = await surveyTable(connection, table, judgements.get(table.target.name));
        tables.push({ ...survey, dropped: findDropped(adoption, table) });
    }
    return { tables, refused: tables.reduce((sum, { refused }) => sum + refused, 0) };
}

// Before anything is moved: tables that are to be rebuilt are judged together with those that they point to.
function judgeAll({ tables, newest }: Pick<Adoption, "tables" | "newest">): ReadonlyMap<string, Judgement> {
    const judgements = new Map<string, Judgement>();
    const findParent = (parent: string): Parent | undefined => {
        const table = tables.find(({ target }) => isSameName(target.name, parent));
        const judgement = table && judgements.get(table.target.name);
        if (judgement) return parentJudged(judgement);
        return table?.reading ? parentInPlace(table.target.name) : undefined;
    };
    for (const { target, state, reading } of tables) {
        if (state === "rebuild" && reading) judgements.set(target.name, judgeReading(reading, newest, findParent));
    }
    return judgements;
}

function findDropped({ state, target: files }: Adoption, { target, state: word }: AdoptedTable): string[] {
    if (word !== "rebuild") return [];
    return state.schema
        .filter(
            ({ type, sql, table }) => (type === "index" || type === "trigger") && sql && isSameName(table, target.name),
        )
        .filter(({ name: own }) => !files.schema.some((row) => isSameName(row.name, own)))
        .map(({ type, name: own }) => `${type} ${own}`);
}

async function surveyTable(
    connection: Connection,
    { target, state, reading }: AdoptedTable,
    judgement: Judgement | undefined,
): Promise<Omit<TableSurvey, "dropped">> {
    const nothing = { table: target.name, state, rows: 0, converted: {}, refused: 0, reasons: {}, homeless: {} };
    if (!reading) return nothing;
    const count = `SELECT count(*) AS count FROM ${quoteName(reading.live.name)}`;
    if (!judgement) {
        const [row] = await readRows(connection, { sql: count });
        return { ...nothing, rows: Number(row?.count) };
    }
    const [rows, converted, reasons, homeless] = await connection.readAll([
        { sql: count },
        { sql: countConverted(reading) },
        countReasons(judgement),
        countHomeless(reading),
    ]);
    const byReason = rowsOf(reasons).map((row) => [row.reason, Number(row.count)] as const);
    return {
        ...nothing,
        rows: Number(rowsOf(rows)[0]?.count),
        converted: withoutZeros(Object.entries(rowsOf(converted)[0] ?? {})),
        refused: byReason.find(([reason]) => reason === null)?.[1] ?? 0,
        reasons: Object.fromEntries(byReason.filter(([reason]) => reason !== null)),
        homeless: Object.fromEntries(rowsOf(homeless).map((row) => [String(row.reason), Number(row.count)])),
    };
}

// The row without a reason counts the refused rows.
function countReasons(judgement: Judgement): Query {
    const refused = `SELECT ${rowReasons} FROM (${selectRefused(judgement)})`;
    return {
        sql:
            `WITH refused AS MATERIALIZED (${refused}) SELECT NULL AS reason, count(*) AS count FROM refused UNION ALL ` +
            `SELECT reason.value, count(*) FROM refused, json_each(refused.${rowReasons}) AS reason GROUP BY reason.value`,
    };
}

function countHomeless(reading: Reading): Query {
    const rows = selectHomeless(reading);
    if (rows === undefined) return { sql: "SELECT NULL AS reason, 0 AS count WHERE FALSE" };
    return {
        sql: `SELECT reason.value AS reason, count(*) AS count FROM (${rows}) AS given, json_each(given.${rowReasons}) AS reason GROUP BY reason.value`,
    };
}

function withoutZeros(entries: readonly (readonly [string, unknown])[]): Record<string, number> {
    return Object.fromEntries(
        entries.map(([key, value]) => [key, Number(value)] as const).filter(([, value]) => value > 0),
    );
}
