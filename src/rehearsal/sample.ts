import { isUtf8 } from "node:buffer";
import type { StoredTable } from "../backup/layout.ts";
import type { ReadTransaction, Transaction } from "../database/connection.ts";
import type { SchemaRow } from "../schema/row.ts";
import type { ForeignKey } from "../schema/table.ts";
import { quoteName, quoteNames, quoteText, renderRowValue } from "../sql/quoting.ts";
import { parseJson } from "../text/json.ts";
import { writeJson } from "../text/written.ts";
import { copyRows } from "./copy-rows.ts";
import { queryRows, readNumber } from "./queries.ts";

/** How many keys one condition lists: a server accepts statements of 5 MB, and keys are short. */
const keysAtOnce = 2_000;

/**
 * Adds to a sample the rows of the server that its rows refer to.
 * @returns how many
 */
export async function addParents(
    snapshot: ReadTransaction,
    database: Transaction,
    tables: readonly StoredTable[],
    signal?: AbortSignal,
): Promise<number> {
    let total = 0;
    for (let added = -1; added !== 0; ) {
        added = 0;
        for (const { child, key, parent } of listReferences(tables)) {
            const keys = await findMissingKeys(database, child, key);
            if (keys.length === 0) continue;
            // Followed to the end in one query: one step at a time would be a request for each link of a chain.
            const along = child === parent ? key.columns : undefined;
            for (let from = 0; from < keys.length; from += keysAtOnce) {
                const some = keys.slice(from, from + keysAtOnce);
                const where = renderKeys(parent.name, key.parentColumns, some, along);
                added += (await copyRows(snapshot, database, parent, where, signal)).copied;
            }
        }
        total += added;
    }
    return total;
}

/**
 * Reduces a whole copy to a sample: this many rows of each table from both ends of its key, and the rows that they refer to.
 * Triggers are dropped meanwhile; foreign keys must be off.
 */
export async function pruneToSample(
    database: Transaction,
    schema: readonly SchemaRow[],
    tables: readonly StoredTable[],
    rows: number,
): Promise<void> {
    const triggers = schema.filter((row) => row.type === "trigger" && row.sql !== null);
    const sampled = tables.filter((table) => isSampled(table));
    const keepOf = (table: StoredTable): string => `temp.${quoteName(`keep ${table.name}`)}`;
    for (const { name } of triggers) await database.run(`DROP TRIGGER ${quoteName(name)}`);
    for (const table of sampled) {
        await database.run(`CREATE TEMP TABLE ${quoteName(`keep ${table.name}`)} AS ${selectEnds(table, rows)}`);
    }
    for (let added = -1; added !== 0; ) {
        added = 0;
        for (const { child, key, parent } of listReferences(tables)) {
            if (!sampled.includes(parent)) continue;
            const kept = sampled.includes(child)
                ? `WHERE ${renderRowValue(child.order.columns)} IN (SELECT * FROM ${keepOf(child)})`
                : "";
            const pointed = `SELECT ${quoteNames(key.columns)} FROM ${quoteName(child.name)} ${kept}`;
            const sought =
                child === parent ? followReference(child.name, key.columns, key.parentColumns, pointed) : pointed;
            await database.run(
                `INSERT INTO ${keepOf(parent)} SELECT ${quoteNames(parent.order.columns)} FROM ${quoteName(parent.name)} ` +
                    `WHERE ${renderRowValue(key.parentColumns)} IN (${sought}) ` +
                    `AND ${renderRowValue(parent.order.columns)} NOT IN (SELECT * FROM ${keepOf(parent)})`,
            );
            added += await readNumber(database, "SELECT changes() AS number");
        }
    }
    for (const table of sampled) {
        await database.run(
            `DELETE FROM ${quoteName(table.name)} WHERE ${renderRowValue(table.order.columns)} NOT IN (SELECT * FROM ${keepOf(table)})`,
        );
    }
    for (const { sql } of triggers) await database.run(sql ?? "");
}

interface Reference {
    readonly child: StoredTable;
    readonly key: ForeignKey;
    readonly parent: StoredTable;
}

function listReferences(tables: readonly StoredTable[]): Reference[] {
    const byName = new Map(tables.map((table) => [table.name.toLowerCase(), table]));
    return tables.flatMap((child) =>
        child.foreignKeys.flatMap((key) => {
            const parent = byName.get(key.parent.toLowerCase());
            return parent && isSampled(parent) && key.parentColumns.length === key.columns.length
                ? [{ child, key, parent }]
                : [];
        }),
    );
}

// As JSON has neither blobs nor texts that are not UTF-8, rows that point by one are left as they are.
async function findMissingKeys(database: Transaction, child: StoredTable, key: ForeignKey): Promise<unknown[][]> {
    const columns = key.columns.map((column) => `child.${quoteName(column)}`);
    const isThere = key.parentColumns.map((column, at) => `parent.${quoteName(column)} = ${columns[at]}`).join(" AND ");
    const usable = columns.map((column) => `${column} IS NOT NULL AND typeof(${column}) <> 'blob'`).join(" AND ");
    const sql =
        `SELECT DISTINCT CAST(json_array(${columns.join(", ")}) AS BLOB) AS missing FROM ${quoteName(child.name)} AS child WHERE ${usable} ` +
        `AND NOT EXISTS (SELECT 1 FROM ${quoteName(key.parent)} AS parent WHERE ${isThere})`;
    return (await queryRows<{ missing: Uint8Array }>(database, sql))
        .map(({ missing }) => Buffer.from(missing))
        .filter((missing) => isUtf8(missing))
        .map((missing) => parseJson(missing.toString()) as unknown[]);
}

/** Whether a table is sampled. Bookkeeping, shadow and keyless tables are copied whole. */
export function isSampled({ isBookkeeping, isShadow, order }: StoredTable): boolean {
    return !isBookkeeping && !isShadow && order.columns.length > 0;
}

/** Renders the condition of a table's first and last rows: unusual values are in old rows, and new ones show what is written now. */
export function renderEnds(table: StoredTable, rows: number): string {
    return `${renderRowValue(table.order.columns)} IN (${selectEnds(table, rows)})`;
}

function selectEnds({ name, order: { columns: key } }: StoredTable, rows: number): string {
    const [keys, table] = [quoteNames(key), quoteName(name)];
    const backwards = key.map((column) => `${quoteName(column)} DESC`).join(", ");
    const first = `SELECT * FROM (SELECT ${keys} FROM ${table} ORDER BY ${keys} LIMIT ${Math.ceil(rows / 2)})`;
    const last = `SELECT * FROM (SELECT ${keys} FROM ${table} ORDER BY ${backwards} LIMIT ${Math.floor(rows / 2)})`;
    return `${first} UNION ${last}`;
}

// Renders the condition of the rows with these keys and, for a reference to the same table, of the rows that these reference.
function renderKeys(
    table: string,
    columns: readonly string[],
    keys: readonly unknown[][],
    along: readonly string[] | undefined,
): string {
    const values = columns.map((_, at) => `json_extract(value, '$[${at}]')`).join(", ");
    const given = `SELECT ${values} FROM json_each(${quoteText(writeJson(keys))})`;
    return `${renderRowValue(columns)} IN (${along ? followReference(table, along, columns, given) : given})`;
}

// Queries the keys that some columns reference in their own table, step by step. `first` is the query to begin with.
function followReference(
    table: string,
    columns: readonly string[],
    parentColumns: readonly string[],
    first: string,
): string {
    const names = columns.map((_, at) => `step_${at}`);
    const next = columns.map((column) => `row.${quoteName(column)}`).join(", ");
    const matches = parentColumns.map((column, at) => `row.${quoteName(column)} = steps.${names[at]}`).join(" AND ");
    return (
        `WITH RECURSIVE steps (${names.join(", ")}) AS (${first} UNION ` +
        `SELECT ${next} FROM steps JOIN ${quoteName(table)} AS row ON ${matches}) SELECT ${names.join(", ")} FROM steps`
    );
}
