import { isUtf8 } from "node:buffer";
import type { ReadTransaction, Value } from "../database/connection.ts";
import { DatabaseFault } from "../database/faults.ts";
import { isVirtual } from "../schema/facts.ts";
import { findOpenToken } from "../sql/statements.ts";

/** What rows are read with. */
export type RowReader = Pick<ReadTransaction, "read">;

/** A row of sqlite_schema that a statement made. */
export interface SchemaObject {
    readonly type: "table" | "index" | "view" | "trigger";
    readonly name: string;
    readonly table: string;
    readonly sql: string;
}

export interface Column {
    readonly name: string;
    /** What values it may hold, as far as its declaration tells: REAL needs to be read as a number. */
    readonly holds: "whole numbers" | "texts" | "anything";
}

/** A table whose rows are backed up. */
export interface TableLayout {
    readonly name: string;
    /** Columns that hold what was stored; generated ones are made again. */
    readonly columns: readonly Column[];
    /** What rows are read in the order of: one column that holds the rowid, or the columns of the primary key. */
    readonly key: readonly string[];
    /** How the columns of the key compare there, which may be another way than elsewhere; none for a rowid. */
    readonly collations: readonly string[];
    /** Whether the key is a rowid, and so a whole number. */
    readonly isNumbered: boolean;
    /** Whether the key is none of the columns. */
    readonly hasRowid: boolean;
    /** Whether another table keeps its content here: it is there, with rows, as soon as the other one is made. */
    readonly isShadow: boolean;
}

/** All that a backup takes along, in the order in which it was made. */
export interface DatabaseLayout {
    readonly objects: readonly SchemaObject[];
    readonly tables: readonly TableLayout[];
    /** Whether SQLite counts ids here. */
    readonly hasSequences: boolean;
}

/**
 * Reads the objects and tables of a database. What vector indexes keep for themselves is left out: they make it again.
 *
 * @throws DatabaseFault, also for a table that cannot be read in any order
 */
export async function readLayout(snapshot: RowReader): Promise<DatabaseLayout> {
    await refuseOtherEncoding(snapshot);
    const blob = (column: string): string => `CAST(${column} AS BLOB)`;
    const all = (
        await readSome(
            snapshot,
            `SELECT type, ${blob("name")}, ${blob("tbl_name")}, ${blob("sql")} FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid`,
        )
    ).map(([type, name, table, sql]) => ({
        type: type as SchemaObject["type"],
        name: toText(name),
        table: toText(table),
        sql: closeComment(toText(sql)),
    }));
    const made = all.filter(({ name }) => !name.toLowerCase().startsWith("sqlite_"));
    const hidden = findVectorShadows(made);
    const objects = made.filter(
        ({ name, table }) => !hidden.has(name.toLowerCase()) && !hidden.has(table.toLowerCase()),
    );
    return {
        objects,
        tables: await readTables(snapshot, objects),
        hasSequences: all.some(({ name }) => name === "sqlite_sequence"),
    };
}

// Texts are read as their bytes, which are another encoding's there.
async function refuseOtherEncoding(snapshot: RowReader): Promise<void> {
    const [[encoding = ""] = []] = await readSome(snapshot, "SELECT * FROM pragma_encoding");
    if (encoding === "UTF-8") return;
    throw new DatabaseFault("sql", `its texts are in ${String(encoding)}, and only UTF-8 is backed up`);
}

/** Rows that one answer holds. @throws DatabaseFault when it is larger than the server sends */
export async function readSome(snapshot: RowReader, sql: string): Promise<readonly (readonly Value[])[]> {
    const answer = await snapshot.read({ sql });
    if (!answer) throw new DatabaseFault("server-fault", "the answer is larger than the server sends");
    return answer.rows;
}

function toText(value: Value | undefined): string {
    const bytes = value instanceof Uint8Array ? Buffer.from(value) : Buffer.from(String(value));
    if (!isUtf8(bytes)) throw new DatabaseFault("sql", "a name or statement of the schema is no valid UTF-8");
    return bytes.toString();
}

// A comment that its statement ended inside of would take along what comes behind it.
function closeComment(sql: string): string {
    const open = findOpenToken(sql);
    return open?.kind === "comment" ? `${sql}*/` : sql;
}

function findVectorShadows(objects: readonly SchemaObject[]): ReadonlySet<string> {
    const names = objects
        .filter(({ type, sql }) => type === "index" && /\blibsql_vector_idx\b/i.test(sql))
        .flatMap(({ name }) => [`${name}_shadow`.toLowerCase()]);
    return new Set(["libsql_vector_meta_shadow", ...names]);
}

interface ColumnFacts {
    readonly name: string;
    readonly type: string;
    readonly pk: number;
    readonly hidden: number;
}

async function readTables(snapshot: RowReader, objects: readonly SchemaObject[]): Promise<TableLayout[]> {
    const stored = `SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL %'`;
    const facts = await readSome(
        snapshot,
        `SELECT name, type, wr, strict FROM pragma_table_list WHERE schema = 'main' AND name IN (${stored})`,
    );
    const columns = await readSome(
        snapshot,
        `SELECT m.name, c.name, c.type, c.pk, c.hidden FROM (${stored}) AS m, pragma_table_xinfo(m.name) AS c`,
    );
    const indexed = await readSome(
        snapshot,
        `SELECT m.name, x.coll FROM (${stored}) AS m, pragma_index_list(m.name) AS i, pragma_index_xinfo(i.name) AS x
        WHERE i.origin = 'pk' AND x.key ORDER BY x.seqno`,
    );
    return objects
        .filter((object) => object.type === "table" && !isVirtual(object))
        .map(({ name }) => {
            const [, type, withoutRowid, strict] = facts.find(([table]) => table === name) ?? [];
            return toLayout({
                name,
                columns: columns.filter(([table]) => table === name).map(toColumnFacts),
                isWithoutRowid: Number(withoutRowid) === 1,
                isStrict: Number(strict) === 1,
                collations: indexed.filter(([table]) => table === name).map(([, collation]) => String(collation)),
                isShadow: type === "shadow",
            });
        });
}

function toColumnFacts([, name, type, pk, hidden]: readonly Value[]): ColumnFacts {
    return { name: String(name), type: String(type).toUpperCase(), pk: Number(pk), hidden: Number(hidden) };
}

interface TableFacts {
    readonly name: string;
    readonly columns: readonly ColumnFacts[];
    readonly isWithoutRowid: boolean;
    readonly isStrict: boolean;
    /** Of the index that serves the primary key; where there is one, the key is not a name of the rowid. */
    readonly collations: readonly string[];
    readonly isShadow: boolean;
}

function toLayout({ name, columns, isWithoutRowid, isStrict, collations, isShadow }: TableFacts): TableLayout {
    const primary = columns.filter(({ pk }) => pk > 0).sort((a, b) => a.pk - b.pk);
    const isAlias =
        !isWithoutRowid && collations.length === 0 && primary.length === 1 && primary[0]?.type === "INTEGER";
    const names = new Set(columns.map((column) => column.name.toLowerCase()));
    const rowid =
        isWithoutRowid || isAlias ? undefined : ["rowid", "_rowid_", "oid"].find((alias) => !names.has(alias));
    const key = rowid === undefined ? primary.map((column) => column.name) : [rowid];
    if (key.length === 0) throw new DatabaseFault("sql", `the rows of '${name}' have no key to read them by`);
    return {
        name,
        columns: columns
            .filter(({ hidden }) => hidden === 0)
            .map((column) => ({ name: column.name, holds: findHolds(column.type, isStrict) })),
        key,
        collations: rowid === undefined ? collations : [],
        isNumbered: rowid !== undefined || isAlias,
        hasRowid: rowid !== undefined,
        isShadow,
    };
}

// https://www.sqlite.org/datatype3.html#determination_of_column_affinity
function findHolds(type: string, isStrict: boolean): Column["holds"] {
    if (isStrict && (type === "INT" || type === "INTEGER")) return "whole numbers";
    if (isStrict) return type === "TEXT" || type === "BLOB" ? "texts" : "anything";
    return !type.includes("INT") && /CHAR|CLOB|TEXT/.test(type) ? "texts" : "anything";
}
