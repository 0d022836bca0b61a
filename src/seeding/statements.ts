import type { Argument, Query, Row } from "../database/connection.ts";
import { name } from "../migrations/bookkeeping.ts";
import { toSnakeCase } from "../schema/names.ts";
import type { ColumnValues, Loader, Mention, Reference, TakeOver } from "./loader.ts";

/** What the database says of a column. */
export interface ColumnInfo {
    readonly name: string;
    readonly notNull: boolean;
    /** The default as SQL; null where there is none. */
    readonly defaultSql: string | null;
}

/** Reads the columns of a table, for toColumnInfo(). */
export function selectColumns(table: string): Query {
    return { sql: 'SELECT name, "notnull" AS required, dflt_value FROM pragma_table_info(?)', args: [table] };
}

/** A row of selectColumns() as facts. */
export function toColumnInfo(row: Row): ColumnInfo {
    return {
        name: String(row.name),
        notNull: row.required === 1,
        defaultSql: row.dflt_value === null ? null : String(row.dflt_value),
    };
}

/** Reads the rows that records meet. One parameter, whatever the number of records. */
export function selectExisting(loader: Loader, columns: readonly string[], records: readonly ColumnValues[]): Query {
    const items = records.map((values) => loader.key.map((column) => values[column] ?? null));
    const wanted = [...new Set([...loader.key, ...columns])].map((column) => `t.${name(column)}`).join(", ");
    const match = loader.key.map((column, at) => `t.${name(column)} = given.value ->> '$[${at}]'`).join(" AND ");
    return {
        // CROSS JOIN keeps the order: each record is looked up by the key's index.
        sql: `SELECT ${wanted} FROM json_each(?) AS given CROSS JOIN ${name(loader.table)} AS t ON ${match}`,
        args: [{ items }],
    };
}

/** Which of the values that a reference holds exist: rows with the one column `found`. */
export function selectReferenced(reference: Reference, records: readonly ColumnValues[]): Query {
    const items = [...new Set(records.map((record) => record[reference.column] ?? null))];
    const table = name(reference.table);
    return {
        sql:
            `SELECT t.${name(reference.key)} AS found FROM json_each(?) AS given ` +
            `CROSS JOIN ${table} AS t ON t.${name(reference.key)} = given.value`,
        args: [{ items }],
    };
}

/**
 * Inserts records; what a record leaves out takes the column's default.
 *
 * @param asRows whether by a prepared statement for each, or by one statement with all of them as one JSON parameter
 */
export function insertRecords(
    loader: Loader,
    columns: readonly ColumnInfo[],
    records: readonly ColumnValues[],
    asRows: boolean,
): Query {
    const used = columns.filter((column) => records.some((record) => column.name in record));
    const into = `INSERT INTO ${name(loader.table)} (${used.map((column) => name(column.name)).join(", ")})`;
    const rows = records.map((record) => used.map((column) => record[column.name] ?? null));
    if (asRows) return { sql: `${into} VALUES (${used.map((column) => orDefault(column, "?")).join(", ")})`, rows };
    const values = used.map((column, at) => orDefault(column, `given.value ->> '$[${at}]'`));
    return { sql: `${into} SELECT ${values.join(", ")} FROM json_each(?) AS given`, args: [{ items: rows }] };
}

// A column that may not be null takes its default where the record says nothing.
function orDefault({ defaultSql, notNull }: ColumnInfo, value: string): string {
    return notNull && defaultSql !== null ? `coalesce(${value}, ${defaultSql})` : value;
}

/**
 * Updates rows that are still as they were read; checkChanges() tells. Columns that a record does not mention keep what
 * they have, also when another writer is setting them right now.
 *
 * @param records column values, and `previous`: what the row's time of change was
 */
export function updateRecords(
    loader: Loader,
    columns: readonly string[],
    records: readonly (ColumnValues & { previous: string | null })[],
): Query {
    const table = name(loader.table);
    const used = columns.filter((column) => !loader.key.includes(column) && records.some((record) => column in record));
    const set = used.map((column) => {
        const isMissing = `json_type(given.value, ${path(column)}) IS NULL`;
        return `${name(column)} = iif(${isMissing}, ${table}.${name(column)}, given.value ->> ${path(column)})`;
    });
    const match = loader.key.map((column) => `${table}.${name(column)} = given.value ->> ${path(column)}`);
    const same =
        loader.changedAt === undefined ? [] : [`${table}.${name(loader.changedAt)} IS given.value ->> '$.previous'`];
    return {
        sql: `UPDATE ${table} SET ${set.join(", ")} FROM json_each(?) AS given WHERE ${[...match, ...same].join(" AND ")}`,
        args: [{ items: records }],
    };
}

/**
 * Which rows records can take over.
 *
 * @param keys as takeOverKey() gives them, each once
 * @returns one row, whose `found` is JSON: pairs of the index of a key and a row's own key, in the rows' order
 */
export function selectTakeOver(loader: Loader, takesOver: TakeOver, keys: readonly string[]): Query {
    const match = takesOver.match.map((column, at) => `t.${name(column)} = given.value ->> '$[${at}]'`).join(" AND ");
    const id = `t.${name(takesOver.id)}`;
    return {
        sql:
            "SELECT json_group_array(json_array(at, id)) AS found FROM (" +
            `SELECT given.key AS at, ${id} AS id FROM json_each(?) AS given ` +
            `CROSS JOIN ${name(loader.table)} AS t ON ${match} WHERE ${takesOver.where} ORDER BY ${id})`,
        args: [`[${keys.join(",")}]`],
    };
}

/** In what a record and a row that it can take over agree, as JSON. */
export function takeOverKey(takesOver: TakeOver, values: ColumnValues): string {
    return JSON.stringify(takesOver.match.map((column) => values[column] ?? null));
}

/** Turns rows into what records say, whole: what a record leaves out takes the column's default. */
export function takeOverRows(
    loader: Loader,
    takesOver: TakeOver,
    columns: readonly ColumnInfo[],
    records: readonly (ColumnValues & { takenOver: Argument })[],
    asRows: boolean,
): Query {
    const fields = new Set(Object.keys(loader.fields).map(toSnakeCase));
    const used = columns.filter((column) => fields.has(column.name));
    const assign = (valueAt: (at: number) => string): string =>
        used.map((column, at) => `${name(column.name)} = ${orDefault(column, valueAt(at))}`).join(", ");
    const rows = records.map((record) => [...used.map((column) => record[column.name] ?? null), record.takenOver]);
    const table = name(loader.table);
    const id = `t.${name(takesOver.id)}`;
    if (asRows)
        return { sql: `UPDATE ${table} AS t SET ${assign(() => "?")} WHERE ${id} = ? AND ${takesOver.where}`, rows };
    return {
        sql:
            `UPDATE ${table} AS t SET ${assign((at) => `given.value ->> '$[${at}]'`)} FROM json_each(?) AS given ` +
            `WHERE ${id} = given.value ->> '$[${used.length}]' AND ${takesOver.where}`,
        args: [{ items: rows }],
    };
}

/** How many of the ids that records mention, each of them once, exist: one row with the one column `found`. */
export function countMentioned({ table, key }: Mention, ids: readonly string[]): Query {
    return {
        sql:
            "SELECT count(*) AS found FROM json_each(?) AS given " +
            `CROSS JOIN ${name(table)} AS t ON t.${name(key)} = given.value`,
        args: [{ items: ids }],
    };
}

/** Fails, and so rolls the transaction back, unless the statement before it changed this many rows. */
export function checkChanges(count: number): Query {
    return { sql: "SELECT iif(changes() = ?, 1, json('rows changed meanwhile'))", args: [count] };
}

function path(column: string): string {
    return `'$.${column}'`;
}
