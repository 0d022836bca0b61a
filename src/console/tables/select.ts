import type { Argument, Query, Row } from "../../database/connection.ts";
import type { Column, Index, Table } from "../../schema/table.ts";
import { isSameName } from "../../sql/names.ts";
import { writeName } from "../../sql/quoting.ts";
import { isMasked, type MaskedColumn } from "../masked.ts";
import { shownLength } from "../row-table.tsx";

/** Rows of a table: one value of a column, after a row, so many. */
export interface PageRequest {
    readonly column: string | undefined;
    readonly value: string;
    /** Whether a column that no index begins with may be searched: that reads the whole table. */
    readonly isWhole: boolean;
    /** Values of the columns of the order, in the last row of the page before. */
    readonly after: readonly string[];
    readonly count: number;
}

/** What names one row. */
export interface RowKey {
    readonly columns: readonly string[];
    /** Whether it is the rowid of a table whose columns do not name a row. */
    readonly isRowid: boolean;
}

/** Finds what names a row: the primary key, else the rowid; undefined for neither. */
export function findRowKey({ columns, rowid, rowidColumn, isWithoutRowid }: Table): RowKey | undefined {
    const key = columns.filter((column) => column.key > 0).sort((a, b) => a.key - b.key);
    const isWhole =
        key.length > 0 && (isWithoutRowid || key.every(({ name, notNull }) => notNull || name === rowidColumn));
    if (isWhole) return { columns: key.map(({ name }) => name), isRowid: false };
    return rowid === undefined ? undefined : { columns: [rowid], isRowid: true };
}

/** The columns that are read: all but those that are masked. */
export function listShown(table: Table, masked: readonly MaskedColumn[]): Column[] {
    return table.columns.filter(({ name }) => !isMasked(masked, table.name, name));
}

/** The columns by whose value rows are found without reading the whole table. */
export function listFilters(table: Table, masked: readonly MaskedColumn[]): string[] {
    return listShown(table, masked).flatMap(({ name }) =>
        findIndexOn(table, name) || isKeyAlone(table, name) ? [name] : [],
    );
}

function findIndexOn({ indexes }: Table, column: string): Index | undefined {
    const usable = indexes.filter(({ isPartial, columns: [first] }) => !isPartial && first?.name !== undefined);
    const found = usable.filter(({ columns: [first] }) => isSameName(first?.name ?? "", column));
    return found.sort((a, b) => a.columns.length - b.columns.length)[0];
}

function isKeyAlone({ rowidColumn }: Table, column: string): boolean {
    return rowidColumn !== undefined && isSameName(rowidColumn, column);
}

/** A page of rows as a query. `order0` … hold the values after which the next page begins, `key0` … those that name a row. */
export interface PageQuery {
    readonly query: Query;
    readonly key: RowKey | undefined;
    readonly order: readonly string[];
}

/**
 * Makes the query of a page. One row more than `count` says that there is a next page. Long values are cut in the database.
 *
 * @returns undefined for a filter that would read the whole table without leave, or on a column that is not shown
 */
export function selectRows(table: Table, request: PageRequest, masked: readonly MaskedColumn[]): PageQuery | undefined {
    const shown = listShown(table, masked);
    const filter = shown.find(({ name }) => request.column !== undefined && isSameName(name, request.column));
    if (request.column !== undefined && !filter) return undefined;
    const index = filter && findIndexOn(table, filter.name);
    if (filter && !index && !isKeyAlone(table, filter.name) && !request.isWhole) return undefined;
    const key = findRowKey(table);
    const order = (filter && index && findIndexOrder(table, index, masked)) ?? key?.columns ?? [];
    const conditions: string[] = [];
    const args: Argument[] = [];
    if (filter) {
        conditions.push(`${writeName(filter.name)} = ?`);
        args.push(toArgument(filter.type, request.value));
    }
    if (order.length > 0 && request.after.length === order.length) {
        conditions.push(`${writeTuple(order)} > ${order.length === 1 ? "?" : `(${order.map(() => "?").join(", ")})`}`);
        args.push(...order.map((name, at) => toArgument(typeOf(table, name), request.after[at] ?? "")));
    }
    const own = writeName(table.name);
    const hidden = [
        ...(key?.columns ?? []).map((name, at) => `${writeName(name)} AS key${at}`),
        ...order.map((name, at) => `${writeName(name)} AS order${at}`),
    ];
    const sql = [
        `SELECT ${[...shown.map(renderCut), ...hidden].join(", ")}`,
        `FROM ${writeName(table.name)}${index?.origin === "c" ? ` INDEXED BY ${writeName(index.name)}` : ""}`,
        ...(conditions.length > 0 ? [`WHERE ${conditions.join(" AND ")}`] : []),
        // With the table's name: the bare one would be that of the cut value, which no index holds.
        ...(order.length > 0 ? [`ORDER BY ${order.map((name) => `${own}.${writeName(name)}`).join(", ")}`] : []),
        `LIMIT ${request.count + 1}`,
    ];
    return { query: { sql: sql.join("\n"), args }, key, order };
}

/** Makes the query of one row, whole; its values are in the order of the key. */
export function selectRow(table: Table, values: readonly string[], masked: readonly MaskedColumn[]): Query | undefined {
    const key = findRowKey(table);
    if (!key || key.columns.length !== values.length) return undefined;
    return {
        sql: [
            `SELECT ${listShown(table, masked)
                .map(({ name }) => writeName(name))
                .join(", ")}`,
            `FROM ${writeName(table.name)}`,
            `WHERE ${key.columns.map((name) => `${writeName(name)} = ?`).join(" AND ")}`,
        ].join("\n"),
        args: key.columns.map((name, at) => toArgument(typeOf(table, name), values[at] ?? "")),
    };
}

/** Takes the values of `key0` … or `order0` … out of a row; undefined where one is NULL or a blob, which no address can hold. */
export function readAddress(row: Row, prefix: "key" | "order", count: number): string[] | undefined {
    const values = Array.from({ length: count }, (_, at) => row[`${prefix}${at}`] ?? null);
    if (values.some((value) => value === null || typeof value === "object")) return undefined;
    return values.map(String);
}

/**
 * The rest of the index and the rowid: the order in which its rows lie. Undefined where a later page could not begin in it, and
 * where it would be in the order of a column that is not shown.
 */
function findIndexOrder(table: Table, { columns, sql }: Index, masked: readonly MaskedColumn[]): string[] | undefined {
    const rest = columns.slice(1).map(({ name }) => name);
    const shown = listShown(table, masked);
    const isPlain = rest.every((name) => shown.some((column) => column.name === name && column.notNull));
    const last = table.rowidColumn ?? table.rowid;
    if (!isPlain || last === undefined || /\bDESC\b/i.test(sql ?? "")) return undefined;
    const names = rest.filter((name) => name !== undefined);
    return names.includes(last) ? names : [...names, last];
}

function renderCut({ name, type }: Column): string {
    const column = writeName(name);
    if (/INT|REAL|FLOA|DOUB/.test(type)) return column;
    const text = `substr(${column}, 1, ${shownLength + 1})`;
    if (type === "TEXT") return `${text} AS ${column}`;
    return `iif(typeof(${column}) = 'blob', length(${column}) || ' bytes', ${text}) AS ${column}`;
}

function writeTuple(names: readonly string[]): string {
    return names.length === 1 ? writeName(names[0] ?? "") : `(${names.map(writeName).join(", ")})`;
}

function typeOf({ columns, rowid }: Table, name: string): string {
    return name === rowid ? "INTEGER" : (columns.find((column) => isSameName(column.name, name))?.type ?? "");
}

/**
 * A value of an address as the column stores it. Drivers bind a whole number as an integer of 64 bits; a larger one is bound as
 * text, which the column's affinity compares as a number.
 */
function toArgument(type: string, text: string): Argument {
    if (!/INT|REAL|FLOA|DOUB|NUM/.test(type) || text.trim() === "") return text;
    const whole = /^-?\d{1,30}$/.test(text) ? BigInt(text) : undefined;
    if (whole !== undefined) return BigInt.asIntN(64, whole) === whole ? whole : text;
    const number = Number(text);
    const isBound = Number.isFinite(number) && (!Number.isInteger(number) || Number.isSafeInteger(number));
    return isBound ? number : text;
}
