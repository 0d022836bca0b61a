import type { Connection, Query, Row } from "../database/connection.ts";
import { hearInterrupt } from "../database/interrupt.ts";
import { readRows, type SchemaRow, takeRows } from "../schema/row.ts";
import { isSameName } from "../sql/names.ts";
import { quoteName } from "../sql/quoting.ts";
import { type AdoptedTable, type Adoption, findParentInPlace, listRebuilds, type TableState } from "./prepare.ts";
import { countConverted, type Reading, rowReasons, selectConverted, selectUnmapped } from "./reading.ts";
import { type Parent, parentValidated, selectRefused, type Validation, validateTogether } from "./validation.ts";

/** What adoption would do to the rows of one table. */
interface TableSurvey {
    readonly table: string;
    readonly state: TableState;
    readonly rows: number;
    /** Number of values to convert, by column. */
    readonly converted: Readonly<Record<string, number>>;
    readonly refused: number;
    /** Number of refused rows by reason; a row can have several. */
    readonly reasons: Readonly<Record<string, number>>;
    /** Number of rows with values in columns that the files lack, by column. */
    readonly unmapped: Readonly<Record<string, number>>;
    /** Indexes and triggers that the rebuild drops and the files lack: `trigger trg_audit`. */
    readonly dropped: readonly string[];
}

/** What adoption would do to a database. */
export interface AdoptionSurvey {
    readonly tables: readonly TableSurvey[];
    readonly refused: number;
}

/**
 * Counts, for every table of the files, what adoption would do. Reads only.
 * @throws DatabaseFault `interrupted`
 */
export async function surveyAdoption(
    connection: Connection,
    adoption: Adoption,
    signal: AbortSignal,
): Promise<AdoptionSurvey> {
    const validations = validateAll(adoption);
    const tables: TableSurvey[] = [];
    for (const table of adoption.tables) {
        await hearInterrupt(signal);
        const survey = await surveyTable(connection, table, validations.get(table.target.name));
        tables.push({ ...survey, dropped: findDropped(adoption, table) });
    }
    return { tables, refused: tables.reduce((sum, { refused }) => sum + refused, 0) };
}

// Tables to be rebuilt are validated together with those that they reference.
function validateAll(adoption: Adoption): ReadonlyMap<string, Validation> {
    const validations = new Map<string, Validation>();
    const findParent = (parent: string): Parent | undefined => {
        const validation = [...validations].find(([name]) => isSameName(name, parent))?.[1];
        return validation ? parentValidated(validation) : findParentInPlace(adoption, parent);
    };
    for (const readings of listRebuilds(adoption)) {
        const members = readings.map((reading) => ({ target: reading.target, rows: selectConverted(reading) }));
        for (const [name, validation] of validateTogether(members, adoption.newest, findParent)) {
            validations.set(name, validation);
        }
    }
    return validations;
}

function findDropped({ state, target: files }: Adoption, { target, state: word }: AdoptedTable): string[] {
    if (word !== "rebuild") return [];
    const isOfTable = ({ type, sql, table }: SchemaRow): boolean =>
        (type === "index" || type === "trigger") && sql !== null && isSameName(table, target.name);
    return state.schema
        .filter((row) => isOfTable(row) && !files.schema.some(({ name }) => isSameName(name, row.name)))
        .map(({ type, name }) => `${type} ${name}`);
}

async function surveyTable(
    connection: Connection,
    { target, state, reading }: AdoptedTable,
    validation: Validation | undefined,
): Promise<Omit<TableSurvey, "dropped">> {
    const nothing = { table: target.name, state, rows: 0, converted: {}, refused: 0, reasons: {}, unmapped: {} };
    if (!reading) return nothing;
    const count = `SELECT count(*) AS count FROM ${quoteName(reading.live.name)}`;
    if (!validation) {
        const [row] = await readRows(connection, { sql: count });
        return { ...nothing, rows: Number(row?.count) };
    }
    const [rows, converted, reasons, unmapped] = await connection.readAll([
        { sql: count },
        { sql: countConverted(reading) },
        countReasons(validation),
        countUnmapped(reading),
    ]);
    const byReason = takeRows(reasons).map((row) => [row.reason, Number(row.count)] as const);
    return {
        ...nothing,
        rows: Number(takeRows(rows)[0]?.count),
        converted: withoutZeros(takeRows(converted)[0] ?? {}),
        refused: byReason.find(([reason]) => reason === null)?.[1] ?? 0,
        reasons: Object.fromEntries(byReason.filter(([reason]) => reason !== null)),
        unmapped: Object.fromEntries(takeRows(unmapped).map((row) => [String(row.reason), Number(row.count)])),
    };
}

// The row with a NULL reason counts the refused rows.
function countReasons(validation: Validation): Query {
    const refused = `SELECT ${rowReasons} FROM (${selectRefused(validation)})`;
    return {
        sql:
            `WITH refused AS MATERIALIZED (${refused}) SELECT NULL AS reason, count(*) AS count FROM refused UNION ALL ` +
            `SELECT reason.value, count(*) FROM refused, json_each(refused.${rowReasons}) AS reason GROUP BY reason.value`,
    };
}

function countUnmapped(reading: Reading): Query {
    const rows = selectUnmapped(reading);
    if (rows === undefined) return { sql: "SELECT NULL AS reason, 0 AS count WHERE FALSE" };
    return {
        sql: `SELECT reason.value AS reason, count(*) AS count FROM (${rows}) AS given, json_each(given.${rowReasons}) AS reason GROUP BY reason.value`,
    };
}

function withoutZeros(row: Row): Record<string, number> {
    const counts = Object.entries(row).map(([column, count]) => [column, Number(count)] as const);
    return Object.fromEntries(counts.filter(([, count]) => count > 0));
}
