import { createHash } from "node:crypto";
import type { Client } from "@libsql/client";

/** Rows by table, the schema among them. */
export type Contents = Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;

/** Reads every row of every table, sqlite_schema and sqlite_sequence included. */
export async function readContents(client: Client): Promise<Contents> {
    const schema = await readRows(client, "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name");
    const contents: Record<string, Record<string, unknown>[]> = { sqlite_schema: schema };
    for (const { type, name } of schema) {
        if (type === "table") contents[String(name)] = await readTable(client, String(name));
    }
    return contents;
}

// A server gives no more than 10 MB at once.
const rowsAtOnce = 1_000;

async function readTable(client: Client, name: string): Promise<Record<string, unknown>[]> {
    const rows: Record<string, unknown>[] = [];
    for (;;) {
        const part = await readRows(client, `SELECT * FROM "${name}" LIMIT ${rowsAtOnce} OFFSET ${rows.length}`);
        rows.push(...part);
        if (part.length < rowsAtOnce) return rows;
    }
}

/** SHA-256 over all that is in a database. */
export async function hashContents(client: Client): Promise<string> {
    return hash(await readContents(client));
}

/** SHA-256 over all that is in a database but the note of which sources were loaded. */
export async function hashLoaded(client: Client): Promise<string> {
    const { schema_seeds: _notes, ...contents } = await readContents(client);
    return hash(contents);
}

function hash(contents: Contents): string {
    return createHash("sha256").update(JSON.stringify(contents)).digest("hex");
}

/** The contents without these columns, such as those that hold the time of a run. */
export function withoutColumns(contents: Contents, ...columns: readonly string[]): Contents {
    const strip = (row: object): Record<string, unknown> =>
        Object.fromEntries(Object.entries(row).filter(([column]) => !columns.includes(column)));
    return Object.fromEntries(Object.entries(contents).map(([table, rows]) => [table, rows.map(strip)]));
}

/** The contents with the rows of each table in an order that does not depend on who inserted them. */
export function withoutOrder(contents: Contents): Contents {
    const sort = (rows: Contents[string]): Contents[string] =>
        rows
            .map((row) => ({ row, text: JSON.stringify(row) }))
            .sort((a, b) => (a.text < b.text ? -1 : 1))
            .map(({ row }) => row);
    return Object.fromEntries(Object.entries(contents).map(([table, rows]) => [table, sort(rows)]));
}

/** Rows as plain objects. */
export async function readRows(client: Client, sql: string): Promise<Record<string, unknown>[]> {
    const result = await client.execute(sql);
    return result.rows.map((row) => Object.fromEntries(result.columns.map((column) => [column, row[column]])));
}

/** The first value of the first row. */
export async function readValue(client: Client, sql: string): Promise<unknown> {
    return (await client.execute(sql)).rows[0]?.[0];
}
