import type { Connection, Query, Row } from "../database/connection.ts";
import { hearInterrupt } from "../database/interrupt.ts";
import { readRows, type SchemaRow, takeRows } from "../schema/row.ts";
import { isSameName } from "../sql/names.ts";
import { quoteName } from "../sql/quoting.ts";
import { type AdoptedTable, type Adoption, findParentInPlace, listRebuilds, type TableState } from "./prepare.ts";
import { countConverted, type Reading, rowReasons, selectConverted, selectUnmapped } from "./reading.ts";
import {
    isMerged,
    type Parent,
    parentValidated,
    selectLeftOut,
    type Validation,
    validateTogether,
} from "./validation.ts";

/** What adoption would do to the rows of one table. */
interface TableSurvey {
    readonly table: string;
    readonly state: TableState;
    readonly rows: number;
    /** Number of values to convert, by column. */
    readonly converted: Readonly<Record<string, number>>;
    readonly refused: number;
    /** Rows that are merged into one that is kept. */
    readonly merged: number;
    /** Number of refused and of merged rows by reason; a refused row can have several. */
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
    readonly merged: number;
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
    const sum = (count: (table: TableSurvey) => number): number =>
        tables.reduce((total, table) => total + count(table), 0);
    return { tables, refused: sum(({ refused }) => refused), merged: sum(({ merged }) => merged) };
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
        for (const [name, validation] of validateTogether(members, adoption.preferred, findParent)) {
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
    const nothing = {
        table: target.name,
        state,
        rows: 0,
        converted: {},
        refused: 0,
        merged: 0,
        reasons: {},
        unmapped: {},
    };
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
    const counted = takeRows(reasons).map((row) => ({ ...row, count: Number(row.count) }) as CountedReason);
    const countAll = (kind: number): number =>
        counted.find(({ reason, merged }) => reason === null && merged === kind)?.count ?? 0;
    return {
        ...nothing,
        rows: Number(takeRows(rows)[0]?.count),
        converted: withoutZeros(takeRows(converted)[0] ?? {}),
        refused: countAll(0),
        merged: countAll(1),
        reasons: Object.fromEntries(
            counted.flatMap(({ reason, count: rows }) => (reason === null ? [] : [[reason, rows] as const])),
        ),
        unmapped: Object.fromEntries(takeRows(unmapped).map((row) => [String(row.reason), Number(row.count)])),
    };
}

interface CountedReason {
    /** Null for the number of all rows that are refused, or merged. */
    readonly reason: string | null;
    readonly merged: number | null;
    readonly count: number;
}

function countReasons(validation: Validation): Query {
    const leftOut = `SELECT ${rowReasons}, ${isMerged(rowReasons)} AS merged FROM (${selectLeftOut(validation)})`;
    return {
        sql:
            `WITH left_out AS MATERIALIZED (${leftOut}) ` +
            "SELECT NULL AS reason, merged, count(*) AS count FROM left_out GROUP BY merged UNION ALL " +
            `SELECT reason.value, NULL, count(*) FROM left_out, json_each(left_out.${rowReasons}) AS reason GROUP BY reason.value`,
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
