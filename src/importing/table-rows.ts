import { createHash } from "node:crypto";
import type { Connection, Query } from "../database/connection.ts";
import { listComparable } from "../schema/facts.ts";
import type { SchemaRow } from "../schema/row.ts";
import { quoteName, quoteText } from "../sql/quoting.ts";

/** What a table holds, whatever the order of its rows. */
export interface TableContent {
    readonly count: number;
    readonly digest: string;
    /** A digest of each column alone, by its name. */
    readonly columns: ReadonlyMap<string, string>;
}

/** The contents of tables, by their names. */
export type TableContents = ReadonlyMap<string, TableContent>;

/** Reads what each table of a schema holds. Shadow tables, and tables that cannot be read, are left out. */
export async function readContents(
    connection: Pick<Connection, "readAll">,
    schema: readonly SchemaRow[],
): Promise<TableContents> {
    const found = new Map<string, TableContent>();
    for (const { type, name } of listComparable(schema)) {
        const content = type === "table" ? await readContent(connection, name) : undefined;
        if (content) found.set(name, content);
    }
    return found;
}

async function readContent(connection: Pick<Connection, "readAll">, table: string): Promise<TableContent | undefined> {
    const read = async (sql: string): Promise<readonly string[] | undefined> => {
        const query: Query = { sql, trustsTexts: true };
        const [result] = await connection.readAll([query]);
        return result?.ok ? result.rows.map((row) => String(Object.values(row)[0])) : undefined;
    };
    const names = await read(`SELECT name FROM pragma_table_info(${quoteText(table)})`);
    if (!names || names.length === 0) return undefined;
    const readSorted = (columns: readonly string[]): Promise<readonly string[] | undefined> =>
        read(`SELECT ${columns.map(renderValue).join(" || ',' || ")} AS value FROM ${quoteName(table)} ORDER BY value`);
    const rows = await readSorted(names);
    if (!rows) return undefined;
    const columns = new Map<string, string>();
    for (const name of rows.length === 0 ? [] : names) columns.set(name, digestOf((await readSorted([name])) ?? []));
    return { count: rows.length, digest: digestOf(rows), columns };
}

// Spelled with its type, and without what a text of odd bytes could break.
function renderValue(column: string): string {
    const value = quoteName(column);
    return `CASE typeof(${value}) WHEN 'real' THEN quote(${value}) ELSE typeof(${value}) || hex(${value}) END`;
}

function digestOf(values: readonly string[]): string {
    const hash = createHash("sha256");
    for (const value of values) hash.update(`${value}\n`);
    return hash.digest("hex");
}

/**
 * Finds the tables whose contents differ.
 *
 * @param runs the contents after several runs of the same statements, of which one came before and one after those that are
 * compared: what differs between them depends on the time or on chance, and is not compared
 */
export function findDifferentTables(
    wanted: TableContents,
    made: TableContents,
    runs: readonly TableContents[] = [],
): string[] {
    return [...wanted].flatMap(([name, content]) => {
        const own = made.get(name);
        if (!own || own.digest === content.digest) return [];
        const isStable = (read: (run: TableContent | undefined) => unknown): boolean =>
            new Set(runs.map((contents) => read(contents.get(name)))).size < 2;
        if (!isStable((run) => run?.count)) return [];
        if (own.count !== content.count || isStable((run) => run?.digest)) return [name];
        const differs = [...content.columns].some(
            ([column, digest]) => own.columns.get(column) !== digest && isStable((run) => run?.columns.get(column)),
        );
        return differs ? [name] : [];
    });
}
