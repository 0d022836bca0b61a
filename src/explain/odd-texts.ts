import { collectByteRows, readByteRows } from "../database/byte-rows.ts";
import type { Connection } from "../database/connection.ts";
import type { Table } from "../schema/table.ts";
import { quoteName } from "../sql/quoting.ts";
import { showEachByte } from "../text/decode.ts";

/** How many texts are named. */
const most = 5;
/** How many rows one query reads, and how many of a table are read. */
const [rowsAtOnce, rowsOfTable] = [500, 100_000];

/** Finds the first texts in tables that are not UTF-8: `questions.answer where id = 'q-1'`. */
export async function listOddTexts(
    connection: Pick<Connection, "readAll">,
    tables: readonly Table[],
): Promise<readonly string[]> {
    const found: string[] = [];
    for (const table of tables) {
        for (let from = 0; found.length < most && from < rowsOfTable; from += rowsAtOnce) {
            const page = await readTexts(connection, table, from);
            found.push(...page.found);
            if (page.read < rowsAtOnce) break;
        }
    }
    return found.slice(0, most);
}

async function readTexts(
    connection: Pick<Connection, "readAll">,
    { name, columns, rowid }: Table,
    from: number,
): Promise<{ found: string[]; read: number }> {
    const primary = columns.filter(({ key }) => key > 0).map((column) => column.name);
    const keys = primary.length > 0 || rowid === undefined ? primary : [rowid];
    const names = columns.map((column) => column.name);
    const order = keys.map(quoteName).join(", ");
    const rows = `SELECT ${[...keys, ...names].map((column, at) => `${quoteName(column)} AS c${at}`).join(", ")} FROM ${quoteName(name)}`;
    const collected = collectByteRows([...keys, ...names].map((_, at) => `c${at}`));
    const sql = `SELECT ${collected} AS found FROM (${rows} ORDER BY ${order} LIMIT ${rowsAtOnce} OFFSET ${from})`;
    const [result] = await connection.readAll([{ sql }]);
    const read = readByteRows(result?.ok ? result.rows[0]?.found : undefined);
    const found = read.flatMap((values) => {
        const key = keys.map((column, at) => `${column} = '${showEachByte(String(values[at]))}'`).join(" AND ");
        return names.flatMap((column, at) => {
            const value = values[keys.length + at];
            return typeof value === "string" && !value.isWellFormed() ? [`${name}.${column} where ${key}`] : [];
        });
    });
    return { found, read: read.length };
}
