import { setImmediate as turn } from "node:timers/promises";
import type { ReadTransaction, StoredQuery, StoredRows, Transaction, Value } from "../database/connection.ts";
import { DatabaseFault } from "../database/faults.ts";
import { quoteName } from "../sql/quoting.ts";
import { asRowValue, listNames, type TableLayout } from "./layout.ts";
import { type CopiedValue, isRawText, isUnreadableText, listAsBytes, readAsText } from "./raw-text.ts";

/** How large an answer is aimed at, in characters: two of them are in memory at a time. */
const aimedSize = 2_000_000;
const firstLimit = 100;
const mostRows = 5_000;
/** How many keys one request asks for: a server takes 5 MB, and keys are short. */
const keysAtOnce = 2_000;

/** Rows that were written into the copy, and those that break a rule of their own table, which no insert takes. */
export interface RowCounts {
    copied: number;
    refused: number;
}

/** Which rows of a table are read: all, so many from each end of its key, or those with these values in some columns. */
export type Selection =
    | { readonly by: "all" }
    | { readonly by: "ends"; readonly rows: number }
    | {
          readonly by: "keys";
          readonly columns: readonly string[];
          readonly keys: readonly (readonly unknown[])[];
          /** Columns of the same table that point to `columns`: what they lead to is read too, however far. */
          readonly along?: readonly string[] | undefined;
      };

/**
 * Copies rows of a table from a server, in the order of its key and in chunks by size; the next chunk is on its way while
 * one is written.
 *
 * @throws DatabaseFault of the server, `interrupted` after Ctrl-C
 */
export async function copyRows(
    snapshot: ReadTransaction,
    database: Transaction,
    table: TableLayout,
    selection: Selection,
    signal?: AbortSignal,
): Promise<RowCounts> {
    const counts: RowCounts = { copied: 0, refused: 0 };
    const insert = prepareInsert(database, table);
    if (selection.by === "keys") {
        for (let from = 0; from < selection.keys.length; from += keysAtOnce) {
            const keys = selection.keys.slice(from, from + keysAtOnce);
            await copyChunks(snapshot, insert, table, { ...selection, keys }, counts, signal);
        }
        return counts;
    }
    await copyChunks(snapshot, insert, table, selection, counts, signal);
    return counts;
}

async function copyChunks(
    snapshot: ReadTransaction,
    insert: Insert,
    table: TableLayout,
    selection: Selection,
    counts: RowCounts,
    signal: AbortSignal | undefined,
): Promise<void> {
    const read = createReader(snapshot, table, selection);
    let chunk = await read(undefined);
    for (;;) {
        const next = chunk.last ? read(chunk.last) : undefined;
        // Should the write fail, this read is never awaited.
        next?.catch(() => undefined);
        await insert(chunk.rows, counts);
        await turn();
        if (signal?.aborted) throw new DatabaseFault("interrupted", "interrupted");
        if (!next) return;
        chunk = await next;
    }
}

interface Chunk {
    readonly rows: readonly (readonly CopiedValue[])[];
    /** The key of its last row; undefined when no row comes after it. */
    readonly last: readonly Value[] | undefined;
}

// Gives the rows behind a key, as many as the last answers were large.
function createReader(
    snapshot: ReadTransaction,
    table: TableLayout,
    selection: Selection,
): (after: readonly Value[] | undefined) => Promise<Chunk> {
    const where = renderSelection(table, selection);
    const width = table.key.length;
    let limit = firstLimit;
    let asBytes = false;
    const ask = (after: readonly Value[] | undefined): Promise<StoredRows | undefined> =>
        snapshot.read(renderRead(table, where, after, limit, asBytes)).catch((error: unknown) => {
            if (!isUnreadableText(error)) throw error;
            if (asBytes) throw new DatabaseFault("sql", `a key of '${table.name}' is not UTF-8: no server sends it`);
            asBytes = true;
            return ask(after);
        });
    return async (after) => {
        for (;;) {
            const answer = await ask(after);
            if (answer) {
                const { rows, size } = answer;
                const isLast = rows.length < limit;
                const perRow = Math.max(1, size / Math.max(1, rows.length));
                limit = Math.max(1, Math.min(mostRows, limit * 8, Math.floor(aimedSize / perRow)));
                const last = isLast ? undefined : rows.at(-1)?.slice(0, width);
                return { rows: asBytes ? rows.map((row) => readAsText(row, width)) : rows, last };
            }
            if (limit === 1) throw new DatabaseFault("sql", `a row of '${table.name}' is larger than the server sends`);
            limit = Math.ceil(limit / 8);
        }
    };
}

interface Where {
    readonly sql: string;
    readonly args: readonly Value[];
}

function renderSelection(table: TableLayout, selection: Selection): Where {
    if (selection.by === "all") return { sql: "", args: [] };
    if (selection.by === "ends")
        return { sql: `${asRowValue(table.key)} IN (${selectEnds(table, selection.rows)})`, args: [] };
    const values = selection.columns.map((_, at) => `json_extract(value, '$[${at}]')`).join(", ");
    const given = `SELECT ${values} FROM json_each(?)`;
    const { columns, along } = selection;
    const sought = along ? followReference(table.name, along, columns, given) : given;
    return { sql: `${asRowValue(columns)} IN (${sought})`, args: [JSON.stringify(selection.keys)] };
}

/**
 * What some columns lead to, step by step, where they point into their own table: a query of as many columns.
 *
 * @param first gives where the steps begin
 */
export function followReference(
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

/** The keys of the first and of the last rows of a table: old ones are where the dirt is, new ones what is written now. */
export function selectEnds({ name, key }: TableLayout, rows: number): string {
    const [keys, table] = [listNames(key), quoteName(name)];
    const backwards = key.map((column) => `${quoteName(column)} DESC`).join(", ");
    const first = `SELECT * FROM (SELECT ${keys} FROM ${table} ORDER BY ${keys} LIMIT ${Math.ceil(rows / 2)})`;
    const last = `SELECT * FROM (SELECT ${keys} FROM ${table} ORDER BY ${backwards} LIMIT ${Math.floor(rows / 2)})`;
    return `${first} UNION ${last}`;
}

function renderRead(
    { name, key, columns }: TableLayout,
    where: Where,
    after: readonly Value[] | undefined,
    limit: number,
    asBytes: boolean,
): StoredQuery {
    const keys = listNames(key);
    const isLater = after ? [`${asRowValue(key)} > (${key.map(() => "?").join(", ")})`] : [];
    const conditions = [...isLater, ...(where.sql === "" ? [] : [where.sql])];
    return {
        sql:
            `SELECT ${keys}, ${asBytes ? listAsBytes(columns) : listNames(columns)} FROM ${quoteName(name)} ` +
            `${conditions.length > 0 ? `WHERE ${conditions.join(" AND ")} ` : ""}ORDER BY ${keys} LIMIT ${limit}`,
        args: [...(after ?? []), ...where.args],
    };
}

type Insert = (rows: readonly (readonly CopiedValue[])[], counts: RowCounts) => Promise<void>;

// OR IGNORE passes over a row that breaks NOT NULL; a wrong type in a STRICT table is found before: a prepared statement
// that fails is never finalized, and would keep the copy locked.
function prepareInsert(database: Transaction, table: TableLayout): Insert {
    const { name, columns, strictTypes, key, hasRowid } = table;
    const names = hasRowid ? [key[0] ?? "rowid", ...columns] : columns;
    const render = (values: readonly string[]): string =>
        `INSERT OR IGNORE INTO ${quoteName(name)} (${listNames(names)}) VALUES (${values.join(", ")})`;
    const plain = render(names.map(() => "?"));
    const skipped = hasRowid ? 0 : key.length;
    return async (rows, counts) => {
        let copied = 0;
        const bound: Value[][] = [];
        for (const row of rows) {
            const stored = row.slice(key.length);
            if (strictTypes?.some((type, at) => !isOfType(type, stored[at] ?? null))) continue;
            const given = row.slice(skipped);
            const values = given.map((value) => (isRawText(value) ? value.bytes : value));
            if (!given.some(isRawText)) bound.push(values);
            else {
                const sql = render(given.map((value) => (isRawText(value) ? "CAST(? AS TEXT)" : "?")));
                copied += await database.runEach(sql, [values]);
            }
        }
        copied += await database.runEach(plain, bound);
        counts.copied += copied;
        counts.refused += rows.length - copied;
    };
}

function isOfType(type: string, value: CopiedValue): boolean {
    if (value === null || type === "ANY") return true;
    if (type === "INT" || type === "INTEGER") return typeof value === "bigint";
    if (type === "REAL") return typeof value === "number" || typeof value === "bigint";
    if (type === "TEXT") return typeof value === "string" || isRawText(value);
    return type !== "BLOB" || value instanceof Uint8Array;
}
