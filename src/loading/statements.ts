import { collectByteRows, readByteRows } from "../database/byte-rows.ts";
import type { Argument, Query, ReadResult, Row } from "../database/connection.ts";
import { DatabaseFault } from "../database/faults.ts";
import type { Column } from "../schema/table.ts";
import { toSnakeCase } from "../sql/names.ts";
import { quoteName } from "../sql/quoting.ts";
import type { ColumnValues, Loader, Mention, Reference } from "./loader.ts";

/**
 * The rows of a result. A missing table, as in a dry run of its own migration, has none.
 *
 * @throws DatabaseFault when the query failed for another reason
 */
export function getRows(result: ReadResult | undefined): readonly Row[] {
    if (result === undefined) return [];
    if (result.ok) return result.rows;
    if (/no such table/i.test(result.message)) return [];
    throw new DatabaseFault("sql", result.message);
}

/** Selects the rows that have the keys of records, for readExisting(). */
export function selectExisting(loader: Loader, columns: readonly string[], records: readonly ColumnValues[]): Query {
    const items = records.map((values) => loader.key.map((column) => values[column] ?? null));
    // The rowid is read as such, because a table with an INTEGER PRIMARY KEY would return it under that column's name.
    const wanted = ["t.rowid", ...listCompared(loader, columns).map((column) => `t.${quoteName(column)}`)];
    const match = loader.key.map((column, at) => `t.${quoteName(column)} = given.value ->> '$[${at}]'`).join(" AND ");
    return {
        // CROSS JOIN fixes the join order: each record is looked up by the key's index.
        sql: `SELECT ${collectByteRows(wanted)} AS found FROM json_each(?) AS given CROSS JOIN ${quoteName(loader.table)} AS t ON ${match}`,
        args: [{ items }],
    };
}

/** The rows that selectExisting() found: `rowid`, key and compared columns. A text that is not UTF-8 is not well formed. */
export function readExisting(loader: Loader, columns: readonly string[], result: ReadResult | undefined): Row[] {
    const names = ["rowid", ...listCompared(loader, columns)];
    return readByteRows(getRows(result)[0]?.found).map((values) =>
        Object.fromEntries(names.map((name, at) => [name, values[at] ?? null])),
    );
}

function listCompared(loader: Loader, columns: readonly string[]): string[] {
    const fields = new Set(Object.keys(loader.fields).map(toSnakeCase));
    const compared = columns.filter(
        (column) => column === loader.changedAt || (fields.has(column) && !loader.ignored?.includes(column)),
    );
    return [...new Set([...loader.key, ...compared])];
}

/** Selects the existing ones among the referenced values, as column `found`. */
export function selectReferenced(reference: Reference, records: readonly ColumnValues[]): Query {
    const items = [...new Set(records.map((record) => record[reference.column] ?? null))];
    const table = quoteName(reference.table);
    return {
        sql:
            `SELECT t.${quoteName(reference.key)} AS found FROM json_each(?) AS given ` +
            `CROSS JOIN ${table} AS t ON t.${quoteName(reference.key)} = given.value`,
        args: [{ items }],
    };
}

/**
 * Inserts records; a column that a record does not mention gets its default.
 *
 * @param ways.asRows execute a prepared statement per record, instead of one statement with all records as JSON parameter
 * @param ways.isGuarded skip records whose key has a row by now, for a table that would accept duplicates; then
 * checkChanges() or the prepared statement fails
 */
export function insertRecords(
    loader: Loader,
    columns: readonly Column[],
    records: readonly ColumnValues[],
    { asRows, isGuarded }: { readonly asRows: boolean; readonly isGuarded: boolean },
): Query {
    const table = quoteName(loader.table);
    const used = columns.filter((column) => records.some((record) => column.name in record));
    const values = used.map((column, at) => orDefault(column, asRows ? `?${at + 1}` : `given.value ->> '$[${at}]'`));
    const match = used.flatMap((column, at) =>
        loader.key.includes(column.name) ? [`known.${quoteName(column.name)} = ${values[at]}`] : [],
    );
    const rows = records.map((record) => used.map((column) => record[column.name] ?? null));
    const into = `INSERT INTO ${table} (${used.map((column) => quoteName(column.name)).join(", ")})`;
    // Faster than INSERT … SELECT.
    if (asRows && !isGuarded) return { sql: `${into} VALUES (${values.join(", ")})`, rows };
    const sql = [
        `${into} SELECT ${values.join(", ")}`,
        ...(asRows ? [] : ["FROM json_each(?) AS given"]),
        ...(isGuarded ? [`WHERE NOT EXISTS (SELECT 1 FROM ${table} AS known WHERE ${match.join(" AND ")})`] : []),
    ].join(" ");
    return asRows ? { sql, rows } : { sql, args: [{ items: rows }] };
}

/** SQL for a value, or for the column's default if the value is null and the column is NOT NULL. */
export function orDefault({ defaultSql, notNull }: Column, value: string): string {
    return notNull && defaultSql !== null ? `coalesce(${value}, ${defaultSql})` : value;
}

/**
 * Updates rows that are still as they were read; if one is not, checkChanges() fails. Columns that a record does not
 * mention keep their value, even one that another writer has set meanwhile.
 *
 * @param records column values, the row's `rowid`, and `previous`, the bytes of the time of change that was read, in hex
 */
export function updateRecords(
    loader: Loader,
    columns: readonly string[],
    records: readonly (ColumnValues & { rowid: Argument; previous: string })[],
): Query {
    const table = quoteName(loader.table);
    const used = columns.filter((column) => !loader.key.includes(column) && records.some((record) => column in record));
    const set = used.map((column) => {
        const isMissing = `json_type(given.value, ${path(column)}) IS NULL`;
        return `${quoteName(column)} = iif(${isMissing}, ${table}.${quoteName(column)}, given.value ->> ${path(column)})`;
    });
    // By rowid too: a table may hold several rows of one key, and only one was compared.
    const match = ["rowid", ...loader.key].map(
        (column) => `${table}.${quoteName(column)} = given.value ->> ${path(column)}`,
    );
    if (loader.changedAt !== undefined)
        match.push(`hex(${table}.${quoteName(loader.changedAt)}) = given.value ->> '$.previous'`);
    return {
        sql: `UPDATE ${table} SET ${set.join(", ")} FROM json_each(?) AS given WHERE ${match.join(" AND ")}`,
        args: [{ items: records }],
    };
}

/** Counts the existing ones among distinct ids, as column `found`. */
export function countMentioned({ table, key }: Mention, ids: readonly string[]): Query {
    return {
        sql:
            "SELECT count(*) AS found FROM json_each(?) AS given " +
            `CROSS JOIN ${quoteName(table)} AS t ON t.${quoteName(key)} = given.value`,
        args: [{ items: ids }],
    };
}

/** Fails, which rolls the transaction back, unless the previous statement changed this many rows. */
export function checkChanges(count: number): Query {
    return { sql: "SELECT iif(changes() = ?, 1, json('rows changed meanwhile'))", args: [count] };
}

function path(column: string): string {
    return `'$.${column}'`;
}
