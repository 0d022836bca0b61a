import type { ReadTransaction } from "../database/connection.ts";
import { findShadows, isBookkeeping, isMigratorTable, isVirtual } from "../schema/facts.ts";
import type { SchemaRow } from "../schema/row.ts";
import { quoteName, quoteText } from "../sql/quoting.ts";
import { readRows } from "./queries.ts";

/** A foreign key: columns of a table that point to columns of another one. */
export interface ForeignKey {
    readonly columns: readonly string[];
    readonly parent: string;
    readonly parentColumns: readonly string[];
}

/** What copying a table must know of it. */
export interface TableLayout {
    readonly name: string;
    /** Columns that hold what was stored; generated ones are made again. */
    readonly columns: readonly string[];
    /** For a STRICT table the declared type of each of `columns`, upper case; undefined for others. */
    readonly strictTypes: readonly string[] | undefined;
    /** What rows are read in the order of: a name of the rowid, or the columns of the primary key; seldom nothing. */
    readonly key: readonly string[];
    /** Whether the key is none of the columns. */
    readonly hasRowid: boolean;
    /** Copied whole also where a sample is taken: the migrator's tables, and those that other objects keep. */
    readonly isWhole: boolean;
    readonly foreignKeys: readonly ForeignKey[];
}

/** Tables whose rows are rows of their own: no virtual tables (their shadow tables hold the rows), none of SQLite's. */
export function findStoredTables(schema: readonly SchemaRow[]): SchemaRow[] {
    return schema.filter(
        (row) => row.type === "table" && !row.name.startsWith("sqlite_") && row.sql !== null && !isVirtual(row),
    );
}

/** Reads the layout of every stored table from a database that has them already. */
export async function readLayouts(database: ReadTransaction, schema: readonly SchemaRow[]): Promise<TableLayout[]> {
    const isShadow = findShadows(schema);
    const layouts: TableLayout[] = [];
    for (const row of findStoredTables(schema)) {
        const [facts] = await readRows<TableFacts>(
            database,
            `SELECT wr, strict FROM pragma_table_list WHERE name = ${quoteText(row.name)}`,
        );
        const columns = await readRows<ColumnFacts>(
            database,
            `SELECT name, type, "notnull", pk, hidden FROM pragma_table_xinfo(${quoteText(row.name)})`,
        );
        if (!facts || columns.length === 0) continue;
        const stored = columns.filter(({ hidden }) => hidden === 0);
        const names = new Set(columns.map((column) => column.name.toLowerCase()));
        const primary = columns.filter(({ pk }) => pk > 0).sort((a, b) => a.pk - b.pk);
        const isRowid = primary.length === 1 && !(await hasKeyIndex(database, row.name));
        const rowid =
            facts.wr === 1 || isRowid ? undefined : ["rowid", "_rowid_", "oid"].find((alias) => !names.has(alias));
        // Rows whose key is NULL would be passed over; without a rowid there is none.
        const isWhole = facts.wr === 1 || isRowid || primary.every(({ notnull }) => notnull === 1);
        const key = isWhole ? primary.map((column) => column.name) : [];
        layouts.push({
            name: row.name,
            columns: stored.map((column) => column.name),
            strictTypes: facts.strict === 1 ? stored.map(({ type }) => type.toUpperCase()) : undefined,
            key: rowid === undefined ? key : [rowid],
            hasRowid: rowid !== undefined,
            isWhole: isMigratorTable(row.name) || isBookkeeping(row) || isShadow(row.name),
            foreignKeys: await readForeignKeys(database, row.name),
        });
    }
    return layouts;
}

/** The names of some columns, quoted, with commas. */
export function listNames(columns: readonly string[]): string {
    return columns.map(quoteName).join(", ");
}

/** Columns as one value: `a`, or `(a, b)`. */
export function asRowValue(columns: readonly string[]): string {
    return columns.length === 1 ? listNames(columns) : `(${listNames(columns)})`;
}

interface TableFacts {
    readonly wr: number;
    readonly strict: number;
}

interface ColumnFacts {
    readonly name: string;
    readonly type: string;
    readonly notnull: number;
    readonly pk: number;
    readonly hidden: number;
}

// A key of its own has an index; an INTEGER PRIMARY KEY that is the rowid has none, one with DESC is not the rowid.
async function hasKeyIndex(database: ReadTransaction, table: string): Promise<boolean> {
    const sql = `SELECT 1 FROM pragma_index_list(${quoteText(table)}) WHERE origin = 'pk'`;
    return (await readRows(database, sql)).length > 0;
}

interface KeyPart {
    readonly id: number;
    readonly parent: string;
    readonly column: string;
    readonly target: string | null;
}

async function readForeignKeys(database: ReadTransaction, table: string): Promise<ForeignKey[]> {
    const parts = await readRows<KeyPart>(
        database,
        `SELECT id, "table" AS parent, "from" AS "column", "to" AS target FROM pragma_foreign_key_list(${quoteText(table)}) ORDER BY id, seq`,
    );
    const keys = new Map<number, KeyPart[]>();
    for (const part of parts) keys.set(part.id, [...(keys.get(part.id) ?? []), part]);
    const found: ForeignKey[] = [];
    for (const key of keys.values()) {
        const parent = key[0]?.parent ?? "";
        const named = key.flatMap(({ target }) => (target === null ? [] : [target]));
        const parentColumns = named.length === key.length ? named : await readPrimaryKey(database, parent);
        // One that points to nothing that is there points to no row that could be missed.
        if (parentColumns.length !== key.length) continue;
        found.push({ columns: key.map(({ column }) => column), parent, parentColumns });
    }
    return found;
}

async function readPrimaryKey(database: ReadTransaction, table: string): Promise<string[]> {
    const sql = `SELECT name FROM pragma_table_info(${quoteText(table)}) WHERE pk > 0 ORDER BY pk`;
    return (await readRows<{ name: string }>(database, sql)).map(({ name }) => name);
}
