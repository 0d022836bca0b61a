import { collectByteRows, readByteRows } from "../database/byte-rows.ts";
import type { Connection, Query, Value } from "../database/connection.ts";
import { DatabaseFault } from "../database/faults.ts";
import { AppError } from "../errors.ts";
import { readTables, type Table } from "../schema/table.ts";
import { quoteName } from "../sql/quoting.ts";
import { showEachByte } from "../text/decode.ts";

/** How many texts are named. */
const most = 5;
/** How many rows one query reads, and how many of a table are read. */
const [rowsAtOnce, rowsOfTable] = [500, 100_000];
/** A function of SQLite takes 127 values. */
const columnsAtOnce = 60;

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
    table: Table,
    from: number,
): Promise<{ found: string[]; read: number }> {
    const names = table.columns.map(({ name }) => name);
    const keys = listKeys(table);
    const pages: Value[][][] = [];
    for (let at = 0; at < names.length; at += columnsAtOnce) {
        const [result] = await connection.readAll([selectPage(table, keys, names.slice(at, at + columnsAtOnce), from)]);
        pages.push(readByteRows(result?.ok ? result.rows[0]?.found : undefined));
    }
    const rows = pages[0] ?? [];
    const found = rows.flatMap((first, row) => {
        const key = keys.map((column, at) => `${column} = '${showEachByte(String(first[at]))}'`).join(" AND ");
        const values = pages.flatMap((page) => page[row]?.slice(keys.length) ?? []);
        const odd = names.filter((_, at) => isOdd(values[at]));
        return odd.map((column) => `${table.name}.${column}${key === "" ? "" : ` where ${key}`}`);
    });
    return { found, read: rows.length };
}

function listKeys({ columns, rowid }: Table): readonly string[] {
    const primary = columns.filter(({ key }) => key > 0).map(({ name }) => name);
    return primary.length > 0 || rowid === undefined ? primary : [rowid];
}

function selectPage({ name }: Table, keys: readonly string[], columns: readonly string[], from: number): Query {
    const wanted = [...keys, ...columns].map((column, at) => `${quoteName(column)} AS c${at}`);
    const collected = collectByteRows(wanted.map((_, at) => `c${at}`));
    const order = keys.length === 0 ? "" : ` ORDER BY ${keys.map(quoteName).join(", ")}`;
    return {
        sql: `SELECT ${collected} AS found FROM (SELECT ${wanted.join(", ")} FROM ${quoteName(name)}${order} LIMIT ${rowsAtOnce} OFFSET ${from})`,
    };
}

function isOdd(value: Value | undefined): boolean {
    return typeof value === "string" && !value.isWellFormed();
}

/**
 * Lines that name the texts that a command failed at.
 *
 * @param error nothing is read, and no line returned, for any other than a text that is not UTF-8
 */
export async function explainOddText(error: unknown, connection: Pick<Connection, "readAll">): Promise<string[]> {
    const cause = error instanceof AppError ? error.cause : error;
    if (!(cause instanceof DatabaseFault) || cause.variant !== "not-utf8") return [];
    const found = await readTables(connection)
        .then((tables) => listOddTexts(connection, tables))
        .catch(() => []);
    return found.map((text) => `not UTF-8: ${text}`);
}
