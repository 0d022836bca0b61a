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
    const keys = records.map((values) => loader.key.map((column) => values[column] ?? null));
    const wanted = [...new Set([...loader.key, ...columns])].map((column) => `t.${name(column)}`).join(", ");
    const match = loader.key.map((column, at) => `t.${name(column)} = given.value ->> '$[${at}]'`).join(" AND ");
    return {
        // CROSS JOIN keeps the order: each record is looked up by the key's index.
        sql: `SELECT ${wanted} FROM json_each(?) AS given CROSS JOIN ${name(loader.table)} AS t ON ${match}`,
        args: [JSON.stringify(keys)],
    };
}

/** Which of the values that a reference holds exist: rows with the one column `found`. */
export function selectReferenced(reference: Reference, records: readonly ColumnValues[]): Query {
    const values = [...new Set(records.map((record) => record[reference.column] ?? null))];
    const table = name(reference.table);
    return {
        sql:
            `SELECT t.${name(reference.key)} AS found FROM json_each(?) AS given ` +
            `CROSS JOIN ${table} AS t ON t.${name(reference.key)} = given.value`,
        args: [JSON.stringify(values)],
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
    if (asRows) {
        const names = used.map((column) => name(column.name)).join(", ");
        return {
            sql: `INSERT INTO ${name(loader.table)} (${names}) VALUES (${used.map(columnParameter).join(", ")})`,
            rows: records.map((record) => used.map((column) => record[column.name] ?? null)),
        };
    }
    return {
        sql:
            `INSERT INTO ${name(loader.table)} (${used.map((column) => name(column.name)).join(", ")}) ` +
            `SELECT ${used.map(columnValue).join(", ")} FROM json_each(?) AS given`,
        args: [JSON.stringify(records)],
    };
}

function columnParameter({ defaultSql, notNull }: ColumnInfo): string {
    return notNull && defaultSql !== null ? `coalesce(?, ${defaultSql})` : "?";
}

// A column that may not be null takes its default where the record says nothing.
function columnValue({ name: column, defaultSql, notNull }: ColumnInfo): string {
    const value = `given.value ->> ${path(column)}`;
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
        args: [JSON.stringify(records)],
    };
}

/** Which rows records can take over: the matching columns, and the row's own key as `id`. */
export function selectTakeOver(loader: Loader, takesOver: TakeOver, records: readonly ColumnValues[]): Query {
    const keys = new Map(
        records.map((values) => {
            const key = takesOver.match.map((column) => values[column] ?? null);
            return [JSON.stringify(key), key];
        }),
    );
    const wanted = takesOver.match.map((column) => `t.${name(column)}`).join(", ");
    const match = takesOver.match.map((column, at) => `t.${name(column)} = given.value ->> '$[${at}]'`).join(" AND ");
    const id = `t.${name(takesOver.id)}`;
    return {
        sql:
            `SELECT ${wanted}, ${id} AS id FROM json_each(?) AS given ` +
            `CROSS JOIN ${name(loader.table)} AS t ON ${match} WHERE ${takesOver.where} ORDER BY ${id}`,
        args: [JSON.stringify([...keys.values()])],
    };
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
    if (asRows) {
        const set = used.map((column) => `${name(column.name)} = ${columnParameter(column)}`).join(", ");
        return {
            sql: `UPDATE ${name(loader.table)} AS t SET ${set} WHERE t.${name(takesOver.id)} = ? AND ${takesOver.where}`,
            rows: records.map((record) => [...used.map((column) => record[column.name] ?? null), record.takenOver]),
        };
    }
    const set = used.map((column) => `${name(column.name)} = ${columnValue(column)}`);
    return {
        sql:
            `UPDATE ${name(loader.table)} AS t SET ${set.join(", ")} FROM json_each(?) AS given ` +
            `WHERE t.${name(takesOver.id)} = given.value ->> '$.takenOver' AND ${takesOver.where}`,
        args: [JSON.stringify(records)],
    };
}

/** How many of the values that records mention exist: rows with the one column `found`. */
export function selectMentioned(mention: Mention, values: readonly string[]): Query {
    return selectReferenced(
        { column: "value", ...mention },
        values.map((value) => ({ value })),
    );
}

/** Fails, and so rolls the transaction back, unless the statement before it changed this many rows. */
export function checkChanges(count: number): Query {
    return { sql: "SELECT iif(changes() = ?, 1, json('rows changed meanwhile'))", args: [count] };
}

function path(column: string): string {
    return `'$.${column}'`;
}
