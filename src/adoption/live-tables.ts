import type { Connection, Query, ReadResult, Row } from "../database/connection.ts";
import { AppError } from "../errors.ts";
import type { SchemaRow } from "../schema/row.ts";

/** A column as the database describes it. */
export interface Column {
    readonly name: string;
    /** The declared type, upper case; empty where there is none. */
    readonly type: string;
    readonly notNull: boolean;
    readonly defaultSql: string | null;
    /** Place in the primary key, from 1; 0 for others. */
    readonly key: number;
    readonly isGenerated: boolean;
}

/** A table that is in a database. */
export interface LiveTable {
    readonly name: string;
    readonly sql: string;
    readonly columns: readonly Column[];
    /** A name of the row's number that no column has; undefined for a table WITHOUT ROWID. */
    readonly rowid: string | undefined;
}

/** Reads the columns of tables, in one request. */
export async function readTables(connection: Connection, rows: readonly SchemaRow[]): Promise<LiveTable[]> {
    const results = await connection.readAll(rows.map(({ name }) => selectColumns(name)));
    return rows.map((row, at) => {
        const columns = rowsOf(results[at]).map(toColumn);
        return { name: row.name, sql: row.sql ?? "", columns, rowid: findRowid(row.sql ?? "", columns) };
    });
}

/**
 * The rows of an answer.
 *
 * @throws AppError `sql` where the query failed
 */
export function rowsOf(result: ReadResult | undefined): readonly Row[] {
    if (result?.ok) return result.rows;
    throw new AppError("sql", result?.message ?? "a query was not answered", {
        hint: "another program may have changed the schema meanwhile; run the command again",
    });
}

/** Runs one query. */
export async function readRows(connection: Connection, query: Query): Promise<readonly Row[]> {
    return rowsOf((await connection.readAll([query]))[0]);
}

function selectColumns(table: string): Query {
    return {
        sql: 'SELECT name, type, "notnull" AS required, dflt_value, pk, hidden FROM pragma_table_xinfo(?) WHERE hidden <> 1',
        args: [table],
    };
}

function toColumn(row: Row): Column {
    return {
        name: String(row.name),
        type: String(row.type).toUpperCase(),
        notNull: row.required === 1,
        defaultSql: row.dflt_value === null ? null : String(row.dflt_value),
        key: Number(row.pk),
        isGenerated: row.hidden === 2 || row.hidden === 3,
    };
}

function findRowid(sql: string, columns: readonly Column[]): string | undefined {
    if (/\bWITHOUT\s+ROWID\s*(,|$)/i.test(sql)) return undefined;
    const taken = new Set(columns.map((column) => column.name.toLowerCase()));
    return ["rowid", "_rowid_", "oid"].find((alias) => !taken.has(alias));
}
