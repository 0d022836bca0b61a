import type { Connection, Query, ReadResult, ReadTransaction, Row } from "../database/connection.ts";
import { type CheckDefinition, readTableDefinition } from "../sql/create-table.ts";
import { isSameName } from "../sql/names.ts";
import { findShadows, isBookkeeping, isVirtual } from "./facts.ts";
import { type SchemaRow, selectSchema, takeRows } from "./row.ts";

export interface Column {
    readonly name: string;
    readonly type: string;
    readonly notNull: boolean;
    readonly defaultSql: string | null;
    /** Position in the primary key, from 1; 0 for other columns. */
    readonly key: number;
    readonly isGenerated: boolean;
}

export interface Index {
    readonly name: string;
    /** c: by CREATE INDEX; u: for a UNIQUE; pk: for the primary key. */
    readonly origin: "c" | "u" | "pk";
    readonly isUnique: boolean;
    readonly isPartial: boolean;
    /** In order; an expression has no name. */
    readonly columns: readonly { readonly name: string | undefined; readonly collation: string }[];
    /** Its CREATE INDEX; null for a constraint of the table. */
    readonly sql: string | null;
}

export interface ForeignKey {
    readonly columns: readonly string[];
    readonly parent: string;
    /** The parent's primary key where the foreign key names none; empty where the parent does not exist. */
    readonly parentColumns: readonly string[];
    readonly onDelete: string;
}

export interface Table {
    readonly name: string;
    readonly sql: string;
    /** Without the hidden columns of virtual tables. */
    readonly columns: readonly Column[];
    /** A name of the rowid that no column has; undefined for WITHOUT ROWID, and where columns use all three names. */
    readonly rowid: string | undefined;
    /** The INTEGER PRIMARY KEY that is the rowid itself. */
    readonly rowidColumn: string | undefined;
    readonly indexes: readonly Index[];
    readonly triggers: readonly SchemaRow[];
    readonly foreignKeys: readonly ForeignKey[];
    readonly checks: readonly CheckDefinition[];
    readonly isStrict: boolean;
    readonly isWithoutRowid: boolean;
    readonly isAutoincrement: boolean;
    readonly isVirtual: boolean;
    /** Whether it holds no data of the application. */
    readonly isBookkeeping: boolean;
    /** Whether a virtual table or a vector index stores its content here. */
    readonly isShadow: boolean;
}

// Only its module knows the columns of a virtual table; a module that is not loaded must not hide the other tables.
const stored = "sqlite_schema AS made";
const isStored = "made.type = 'table' AND made.sql NOT LIKE 'CREATE VIRTUAL %'";
const columnsOf = (condition: string): string =>
    `SELECT made.name AS "table", info.name, info.type, info."notnull", info.dflt_value, info.pk, info.hidden ` +
    `FROM ${stored}, pragma_table_xinfo(made.name) AS info WHERE ${condition} ORDER BY made.rowid, info.cid`;

/** The queries whose results toTables() needs besides the rows of selectSchema. The last one may fail. */
export const tableQueries: readonly Query[] = [
    { sql: "SELECT name, type, wr, strict FROM pragma_table_list WHERE schema = 'main'" },
    { sql: columnsOf(isStored) },
    {
        sql:
            `SELECT made.name AS "table", list.name AS "index", list."unique", list.origin, list.partial, ` +
            `part.name AS "column", part.coll FROM ${stored}, pragma_index_list(made.name) AS list, ` +
            `pragma_index_xinfo(list.name) AS part WHERE ${isStored} AND part.key ` +
            "ORDER BY made.rowid, list.seq DESC, part.seqno",
    },
    {
        sql:
            `SELECT made.name AS "table", key.id, key."table" AS parent, key."from", key."to", key.on_delete ` +
            `FROM ${stored}, pragma_foreign_key_list(made.name) AS key WHERE ${isStored} ` +
            "ORDER BY made.rowid, key.id DESC, key.seq",
    },
    { sql: columnsOf("made.type = 'table' AND made.sql LIKE 'CREATE VIRTUAL %'") },
];

/** Reads the tables of a database, except SQLite's own, in the order of creation and in one request. */
export async function readTables(connection: Pick<Connection, "readAll">): Promise<Table[]> {
    const [schema, ...results] = await connection.readAll([selectSchema, ...tableQueries]);
    return toTables(takeRows(schema) as unknown as SchemaRow[], takeTableRows(results));
}

/** Takes the rows for toTables() out of the results of tableQueries, for a caller who sends them with others. */
export function takeTableRows(results: readonly ReadResult[]): (readonly Row[])[] {
    return results.map((result, at) => (result.ok || at < tableQueries.length - 1 ? takeRows(result) : []));
}

/** Like readTables(), inside a transaction and without the columns of virtual tables. */
export async function readTablesInside(
    transaction: Pick<ReadTransaction, "query">,
    schema: readonly SchemaRow[],
): Promise<Table[]> {
    const results: (readonly Row[])[] = [];
    for (const query of tableQueries.slice(0, -1)) results.push(await transaction.query(query));
    return toTables(schema, results);
}

/** Makes tables from rows of sqlite_schema and the rows of tableQueries. Pure. */
export function toTables(schema: readonly SchemaRow[], results: readonly (readonly Row[])[]): Table[] {
    const [kinds = [], ...rest] = results;
    const [columns, indexParts, keyParts, virtualColumns] = rest.map((rows) => groupBy(rows, "table"));
    const isVectorShadow = findShadows(schema.filter(({ type }) => type === "index"));
    const made = schema.filter(({ type, name, sql }) => type === "table" && sql !== null && !/^sqlite_/i.test(name));
    const tables = made.map((row): Table => {
        const { name } = row;
        const sql = row.sql ?? "";
        const kind = kinds.find((other) => other.name === name);
        const listed = toColumns(columns?.get(name) ?? virtualColumns?.get(name) ?? []);
        const indexes = toIndexes(indexParts?.get(name) ?? [], schema);
        const isWithoutRowid = Number(kind?.wr) === 1;
        const { checks, isAutoincrement } = readTableDefinition(sql);
        return {
            name,
            sql,
            columns: listed,
            rowid: isWithoutRowid ? undefined : findFreeRowid(listed),
            rowidColumn: isWithoutRowid || isVirtual(row) ? undefined : findRowidColumn(listed, indexes),
            indexes,
            triggers: schema.filter((other) => other.type === "trigger" && isSameName(other.table, name)),
            foreignKeys: [...groupBy(keyParts?.get(name) ?? [], "id").values()].map(toForeignKey),
            checks,
            isStrict: Number(kind?.strict) === 1,
            isWithoutRowid,
            isAutoincrement,
            isVirtual: isVirtual(row),
            isBookkeeping: isBookkeeping(row),
            isShadow: kind?.type === "shadow" || isVectorShadow(name),
        };
    });
    return tables.map((table) => ({ ...table, foreignKeys: table.foreignKeys.map((key) => resolve(key, tables)) }));
}

/** An order in which the rows of a table can be read. */
export interface RowOrder {
    /** A name of the rowid, or columns; none where no order is unique. */
    readonly columns: readonly string[];
    /** The collation of each of these columns in the index that serves the order; none for a rowid. */
    readonly collations: readonly string[];
    /** Whether it is the rowid under a name that no column has. */
    readonly isRowid: boolean;
    /** Whether it is one integer. */
    readonly isNumber: boolean;
}

/** Finds in which order the rows of a table can be read page by page. */
export function findRowOrder({ columns, rowid, rowidColumn, indexes, isWithoutRowid }: Table): RowOrder {
    const none = { collations: [], isRowid: false, isNumber: true };
    if (rowidColumn !== undefined) return { ...none, columns: [rowidColumn] };
    if (rowid !== undefined) return { ...none, columns: [rowid], isRowid: true };
    const key = columns.filter((column) => column.key > 0).sort((a, b) => a.key - b.key);
    // A row whose key is NULL would be skipped.
    const isWhole = isWithoutRowid || key.every(({ notNull }) => notNull);
    const index = indexes.find(({ origin }) => origin === "pk");
    return {
        columns: isWhole ? key.map(({ name }) => name) : [],
        collations: isWhole ? (index?.columns ?? []).slice(0, key.length).map(({ collation }) => collation) : [],
        isRowid: false,
        isNumber: false,
    };
}

function toColumns(rows: readonly Row[]): Column[] {
    const shown = rows.filter(({ hidden }) => Number(hidden) !== 1);
    return shown.map(({ name, type, notnull, dflt_value: value, pk, hidden }) => ({
        name: String(name),
        type: String(type).toUpperCase(),
        notNull: Number(notnull) === 1,
        defaultSql: value === null || value === undefined ? null : String(value),
        key: Number(pk),
        isGenerated: Number(hidden) > 1,
    }));
}

function toIndexes(rows: readonly Row[], schema: readonly SchemaRow[]): Index[] {
    return [...groupBy(rows, "index")].map(([name, parts]) => ({
        name,
        origin: parts[0]?.origin as Index["origin"],
        isUnique: Number(parts[0]?.unique) === 1,
        isPartial: Number(parts[0]?.partial) === 1,
        columns: parts.map(({ column, coll }) => ({
            name: column === null ? undefined : String(column),
            collation: String(coll),
        })),
        sql: schema.find((row) => row.type === "index" && row.name === name)?.sql ?? null,
    }));
}

function toForeignKey(parts: readonly Row[]): ForeignKey {
    return {
        columns: parts.map(({ from }) => String(from)),
        parent: String(parts[0]?.parent),
        parentColumns: parts.flatMap(({ to }) => (to === null ? [] : [String(to)])),
        onDelete: String(parts[0]?.on_delete),
    };
}

function resolve(key: ForeignKey, tables: readonly Table[]): ForeignKey {
    const parent = tables.find(({ name }) => isSameName(name, key.parent));
    const primary = (parent?.columns ?? []).filter((column) => column.key > 0).sort((a, b) => a.key - b.key);
    if (!parent) return { ...key, parentColumns: [] };
    return key.parentColumns.length > 0 ? key : { ...key, parentColumns: primary.map(({ name }) => name) };
}

// An INTEGER PRIMARY KEY that is the rowid has no index; any other primary key has one, also INTEGER … DESC.
function findRowidColumn(columns: readonly Column[], indexes: readonly Index[]): string | undefined {
    const [key, second] = columns.filter((column) => column.key > 0);
    return second || indexes.some(({ origin }) => origin === "pk") ? undefined : key?.name;
}

function findFreeRowid(columns: readonly Column[]): string | undefined {
    return ["rowid", "_rowid_", "oid"].find((alias) => !columns.some(({ name }) => isSameName(name, alias)));
}

function groupBy(rows: readonly Row[], column: string): Map<string, Row[]> {
    const groups = new Map<string, Row[]>();
    for (const row of rows) {
        const key = String(row[column]);
        const group = groups.get(key);
        if (group) group.push(row);
        else groups.set(key, [row]);
    }
    return groups;
}
