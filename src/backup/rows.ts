import { setImmediate as turn } from "node:timers/promises";
import type { StoredQuery, StoredRows, Value } from "../database/connection.ts";
import { DatabaseFault } from "../database/faults.ts";
import { AppError } from "../errors.ts";
import { quoteName } from "../sql/quoting.ts";
import type { RowReader, TableLayout } from "./layout.ts";
import { joinSlowly, type LiteralReader, listSlowExpressions, planLiterals, renderReal } from "./literals.ts";

/** A row as SQL: the literals of its values, with commas. */
export interface LiteralRow {
    /** Where it is none of the columns. */
    readonly rowid: bigint | undefined;
    readonly literals: Buffer;
}

/** How large an answer is aimed at, in characters. */
const aimedSize = 1_000_000;
const firstLimit = 50;
const mostRows = 5_000;
/** Rows with more bytes are read one by one: an answer holds a page of them. A server refuses one beyond 10 MB. */
const largeRow = 150_000;

/** As SQL it must fit into a string, when it is backed up and when it is restored; in bytes. */
const largestRow = 200_000_000;

/** How many rows a table has. */
export async function countRows(snapshot: RowReader, table: TableLayout): Promise<number> {
    const answer = await snapshot.read({ sql: `SELECT count(*) FROM ${quoteName(table.name)}` });
    return Number(answer?.rows[0]?.[0]);
}

/**
 * Reads the rows of a table in the order of its key, in pages by size; the next page is on its way while one is used.
 *
 * @param count how many rows there are
 * @throws DatabaseFault, also when there are not as many, `interrupted` after Ctrl-C
 */
export async function* readRows(
    snapshot: RowReader,
    table: TableLayout,
    count: number,
    signal?: AbortSignal,
): AsyncGenerator<readonly LiteralRow[]> {
    const reader = planLiterals(table.columns, largeRow);
    const readPage = pager(snapshot, table, reader);
    let done = 0;
    let next = count === 0 ? undefined : readPage(undefined);
    while (next) {
        const page = await next;
        done += page.length;
        next = page.length > 0 && done < count ? readPage(page.at(-1)) : undefined;
        // Should the consumer fail, this read is never awaited.
        next?.catch(() => undefined);
        const rows: LiteralRow[] = [];
        for (const values of page) rows.push(await toRow(snapshot, table, reader, values));
        yield rows;
        await turn();
        if (signal?.aborted) throw new DatabaseFault("interrupted", "interrupted");
    }
    if (done !== count) throw new DatabaseFault("corrupt", `'${table.name}' gave ${done} rows of ${count}`);
}

type Values = readonly Value[];

function pager(
    snapshot: RowReader,
    table: TableLayout,
    reader: LiteralReader,
): (last: Values | undefined) => Promise<readonly Values[]> {
    let limit = firstLimit;
    const readOnce = async (last: Values | undefined): Promise<StoredRows | undefined> =>
        snapshot.read(renderPage(table, reader, last, limit));
    return async (last) => {
        for (;;) {
            const answer = await readOnce(last);
            if (answer) {
                const perRow = Math.max(1, answer.size / Math.max(1, answer.rows.length));
                limit = Math.max(1, Math.min(mostRows, limit * 8, Math.floor(aimedSize / perRow)));
                return answer.rows;
            }
            if (limit === 1) throw tooLarge(table);
            limit = Math.ceil(limit / 8);
        }
    };
}

async function toRow(
    snapshot: RowReader,
    table: TableLayout,
    reader: LiteralReader,
    values: Values,
): Promise<LiteralRow> {
    const { key, hasRowid } = table;
    const rowid = hasRowid ? (values[0] as bigint) : undefined;
    const literals = reader.join(values.slice(key.length));
    if (literals) return { rowid, literals };
    const expressions = listSlowExpressions(table.columns).join(", ");
    const where = listKey(table)
        .map((column, at) => `${column} IS ${keyLiteral(values[at])}`)
        .join(" AND ");
    const answer = await snapshot.read({ sql: `SELECT ${expressions} FROM ${quoteName(table.name)} WHERE ${where}` });
    if (!answer) throw tooLarge(table);
    const [row, ...others] = answer.rows;
    if (!row || others.length > 0)
        throw new DatabaseFault("corrupt", `the key of '${table.name}' does not name one row`);
    const size = row.reduce<number>((sum, value) => sum + (value instanceof Uint8Array ? value.length : 0), 0);
    if (size > largestRow) throw tooLong(table, size);
    return { rowid, literals: joinSlowly(row) };
}

function renderPage(table: TableLayout, reader: LiteralReader, last: Values | undefined, limit: number): StoredQuery {
    const { name, key, isNumbered } = table;
    const names = listKey(table).join(", ");
    const read = isNumbered ? names : key.map((column) => readKey(quoteName(column))).join(", ");
    const after = last ? ` WHERE (${names}) > (${last.slice(0, key.length).map(keyLiteral).join(", ")})` : "";
    return {
        sql: `SELECT ${read}, ${reader.expressions.join(", ")} FROM ${quoteName(name)}${after} ORDER BY ${names} LIMIT ${limit}`,
    };
}

function listKey({ key, collations }: TableLayout): string[] {
    return key.map((column, at) => {
        const collation = collations[at];
        return collation === undefined ? quoteName(column) : `${quoteName(column)} COLLATE ${quoteName(collation)}`;
    });
}

// As a literal without text: text that is not valid UTF-8 could not be sent back. REAL comes as a number, for quote() writes
// some that are read as another.
function readKey(column: string): string {
    const text = `'CAST(' || quote(CAST(${column} AS BLOB)) || ' AS TEXT)'`;
    const infinite = `iif(${column} > 0, '9e999', '-9e999')`;
    const real = `iif(abs(${column}) = 9e999, ${infinite}, ${column})`;
    const other = `iif(typeof(${column}) = 'real', ${real}, quote(${column}))`;
    return `iif(typeof(${column}) = 'text', ${text}, ${other})`;
}

function keyLiteral(value: Value | undefined): string {
    return typeof value === "number" ? renderReal(value) : String(value ?? null);
}

function tooLong({ name }: TableLayout, size: number): AppError {
    const megabytes = Math.ceil(size / 1_000_000);
    return new AppError(
        "sql",
        `a row of '${name}' has ${megabytes} MB, and a backup takes ${largestRow / 1_000_000} MB of one`,
        {
            hint: "copy a file as it is: `sqlite3 FILE \"VACUUM INTO 'copy.db'\"`; back the other tables up with --table",
        },
    );
}

function tooLarge({ name }: TableLayout): DatabaseFault {
    return new DatabaseFault("sql", `a row of '${name}' is larger than the server sends`);
}
