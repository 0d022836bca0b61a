import { isUtf8 } from "node:buffer";
import type { ReadTransaction, Value } from "../database/connection.ts";
import { DatabaseFault } from "../database/faults.ts";
import { AppError } from "../errors.ts";
import { findShadows } from "../schema/facts.ts";
import { findRowOrder, type RowOrder, readTablesInside, type Table } from "../schema/table.ts";
import { findOpenToken } from "../sql/statements.ts";

export type RowReader = Pick<ReadTransaction, "read">;

/** A row of sqlite_schema that a statement created. */
export interface SchemaObject {
    readonly type: "table" | "index" | "view" | "trigger";
    readonly name: string;
    readonly table: string;
    readonly sql: string;
}

/** A column that is not generated. */
export interface StoredColumn {
    readonly name: string;
    /** What its declaration lets it hold. A REAL must be read as a number. */
    readonly holds: "whole numbers" | "texts" | "anything";
}

/** A table whose rows are read to be written elsewhere. */
export interface StoredTable extends Pick<Table, "name" | "foreignKeys" | "isBookkeeping" | "isShadow"> {
    readonly columns: readonly StoredColumn[];
    readonly order: RowOrder;
}

/** Everything that a backup holds, in the order in which it was created. */
export interface DatabaseLayout {
    readonly objects: readonly SchemaObject[];
    readonly tables: readonly StoredTable[];
    /** Whether there is a sqlite_sequence. */
    readonly hasSequences: boolean;
}

/**
 * Reads what a backup holds, without the shadow tables of vector indexes, which create them again.
 * @throws DatabaseFault, also for a table that cannot be read in any order
 */
export async function readLayout(snapshot: ReadTransaction): Promise<DatabaseLayout> {
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
    const isVectorShadow = findShadows(made.filter(({ type }) => type === "index"));
    const objects = made.filter(({ name, table }) => !isVectorShadow(name) && !isVectorShadow(table));
    return {
        objects,
        tables: (await readTablesInside(snapshot, objects)).filter(({ isVirtual }) => !isVirtual).map(toStoredTable),
        hasSequences: all.some(({ name }) => name === "sqlite_sequence"),
    };
}

// Texts are read as bytes, which must be UTF-8.
async function refuseOtherEncoding(snapshot: RowReader): Promise<void> {
    const [[encoding = ""] = []] = await readSome(snapshot, "SELECT * FROM pragma_encoding");
    if (encoding === "UTF-8") return;
    throw new AppError(
        "sql",
        `the texts of this database are in ${String(encoding)}, and only UTF-8 can be backed up`,
        {
            hint: "convert it with `sqlite3 <this file> .dump | sqlite3 <new file>`, and use the new file",
        },
    );
}

/**
 * Reads rows in one answer.
 * @throws DatabaseFault when it is larger than the server sends
 */
export async function readSome(snapshot: RowReader, sql: string): Promise<readonly (readonly Value[])[]> {
    const answer = await snapshot.read({ sql });
    if (!answer) throw new DatabaseFault("server-fault", "the answer is larger than the server sends");
    return answer.rows;
}

function toText(value: Value | undefined): string {
    const bytes = value instanceof Uint8Array ? Buffer.from(value) : Buffer.from(String(value));
    if (!isUtf8(bytes)) throw new DatabaseFault("sql", "a name or statement of the schema is not valid UTF-8");
    return bytes.toString();
}

// A comment left open at the end of its statement would hide what follows.
function closeComment(sql: string): string {
    const open = findOpenToken(sql);
    return open?.kind === "comment" ? `${sql}*/` : sql;
}

/** A table with what reading its rows in order needs. */
export function toStoredTable({ columns, isStrict, ...table }: Table): StoredTable {
    return {
        ...table,
        columns: columns
            .filter((column) => !column.isGenerated)
            .map(({ name, type }) => ({ name, holds: findHolds(type, isStrict) })),
        order: findRowOrder({ columns, isStrict, ...table }),
    };
}

// https://www.sqlite.org/datatype3.html#determination_of_column_affinity
function findHolds(type: string, isStrict: boolean): StoredColumn["holds"] {
    if (isStrict && (type === "INT" || type === "INTEGER")) return "whole numbers";
    if (isStrict) return type === "TEXT" || type === "BLOB" ? "texts" : "anything";
    return !type.includes("INT") && /CHAR|CLOB|TEXT/.test(type) ? "texts" : "anything";
}
