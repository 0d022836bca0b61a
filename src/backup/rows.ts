import type { StoredQuery, Value } from "../database/connection.ts";
import { DatabaseFault, toFault } from "../database/faults.ts";
import { hearInterrupt } from "../database/interrupt.ts";
import { AppError } from "../errors.ts";
import { quoteName } from "../sql/quoting.ts";
import { largestRow } from "./format.ts";
import type { RowReader, StoredTable } from "./layout.ts";
import { joinSlowly, type LiteralReader, listSlowExpressions, planLiterals, renderReal } from "./literals.ts";

/** A row as SQL: the literals of its values, separated by commas. */
export interface LiteralRow {
    /** Only where it is not one of the columns. */
    readonly rowid: bigint | undefined;
    readonly literals: Buffer;
}

/** The size that is aimed at for an answer, in characters. */
const aimedSize = 1_000_000;
const firstLimit = 50;
const mostRows = 5_000;
/** Rows with more bytes are read one by one: a server refuses an answer over 10 MB. */
const largeRow = 150_000;
const mostExpressions = 1_000;

/** Counts the rows of a table. */
export async function countRows(snapshot: RowReader, table: Pick<StoredTable, "name">): Promise<number> {
    const sql = `SELECT count(*) FROM ${quoteName(table.name)}`;
    // SQLite counts an index, which is smaller, and cannot open one with a collation of another program.
    const answer = await snapshot.read({ sql }).catch((error: unknown) => {
        if (!/no such collation sequence/.test(String(error))) throw error;
        return snapshot.read({ sql: `${sql} NOT INDEXED` }).catch(() => {
            // Without a rowid, its rows are in the order of the collation, and cannot be read in any other.
            const message = `the rows of '${table.name}' are ordered by it: ${toFault(error).message}`;
            throw new DatabaseFault("sql", message, error, { variant: "foreign-collation" });
        });
    });
    return Number(answer?.rows[0]?.[0]);
}

/**
 * Reads the rows of a table in the order of its key, in pages by size. The next page is requested while one is used.
 *
 * @param options.count how many rows there must be
 * @param options.where SQL of a condition; all rows without one
 * @throws DatabaseFault, also when there are not `count` rows, `interrupted` after Ctrl-C
 */
export async function* readStoredRows(
    snapshot: RowReader,
    table: StoredTable,
    options: {
        readonly count?: number | undefined;
        readonly where?: string | undefined;
        readonly signal?: AbortSignal | undefined;
    },
): AsyncGenerator<readonly LiteralRow[]> {
    const { count, where, signal } = options;
    if (table.order.columns.length === 0) {
        throw new DatabaseFault("sql", `the rows of '${table.name}' have no key to read them by`);
    }
    const reader = planLiterals(table.columns, largeRow);
    const readPage = pager(snapshot, table, reader, where);
    let done = 0;
    let next = count === 0 ? undefined : readPage(undefined);
    while (next) {
        const { page, isFull } = await next;
        done += page.length;
        const goesOn = count === undefined ? isFull : done < count;
        next = page.length > 0 && goesOn ? readPage(page.at(-1)) : undefined;
        // If the consumer fails, this read is never awaited.
        next?.catch(() => undefined);
        const rows: LiteralRow[] = [];
        for (const values of page) rows.push(await toRow(snapshot, table, reader, values));
        yield rows;
        await hearInterrupt(signal);
    }
    if (count !== undefined && done !== count)
        throw new DatabaseFault("corrupt", `'${table.name}' returned ${done} of ${count} rows`);
}

type Values = readonly Value[];

// `isFull`: more rows may follow.
function pager(
    snapshot: RowReader,
    table: StoredTable,
    reader: LiteralReader,
    where: string | undefined,
): (last: Values | undefined) => Promise<{ page: readonly Values[]; isFull: boolean }> {
    let limit = firstLimit;
    return async (last) => {
        for (;;) {
            const answer = await snapshot.read(renderPage(table, reader, last, where, limit));
            if (answer) {
                const isFull = answer.rows.length === limit;
                const perRow = Math.max(1, answer.size / Math.max(1, answer.rows.length));
                limit = Math.max(1, Math.min(mostRows, limit * 8, Math.floor(aimedSize / perRow)));
                return { page: answer.rows, isFull };
            }
            if (limit === 1) throw tooLarge(table);
            limit = Math.ceil(limit / 8);
        }
    };
}

async function toRow(
    snapshot: RowReader,
    table: StoredTable,
    reader: LiteralReader,
    values: Values,
): Promise<LiteralRow> {
    const { columns: key, isRowid } = table.order;
    const rowid = isRowid ? (values[0] as bigint) : undefined;
    const literals = reader.join(values.slice(key.length));
    if (literals) return { rowid, literals };
    const row = await readSlowly(snapshot, table, values);
    const size = row.reduce<number>((sum, value) => sum + (value instanceof Uint8Array ? value.length : 0), 0);
    if (size > largestRow) {
        const limit = `a backup holds at most ${largestRow / 1_000_000} MB per row`;
        throw new AppError("sql", `a row of '${table.name}' has ${Math.ceil(size / 1_000_000)} MB; ${limit}`, {
            hint: "copy a file as it is: `sqlite3 FILE \"VACUUM INTO 'copy.db'\"`; back the other tables up with --table",
        });
    }
    return { rowid, literals: joinSlowly(row) };
}

// A result has at most 2,000 columns, and so may a table, whose values are read by two expressions each.
async function readSlowly(snapshot: RowReader, table: StoredTable, key: Values): Promise<Values> {
    const expressions = listSlowExpressions(table.columns);
    const where = listKey(table)
        .map((column, at) => `${column} IS ${keyLiteral(key[at])}`)
        .join(" AND ");
    const row: Value[] = [];
    for (let at = 0; at < expressions.length; at += mostExpressions) {
        const list = expressions.slice(at, at + mostExpressions).join(", ");
        const answer = await snapshot.read({ sql: `SELECT ${list} FROM ${quoteName(table.name)} WHERE ${where}` });
        if (!answer) throw tooLarge(table);
        const [part, ...others] = answer.rows;
        if (!part || others.length > 0)
            throw new DatabaseFault("corrupt", `the key of '${table.name}' does not name one row`);
        row.push(...part);
    }
    return row;
}

function renderPage(
    table: StoredTable,
    reader: LiteralReader,
    last: Values | undefined,
    where: string | undefined,
    limit: number,
): StoredQuery {
    const { columns: key, isNumber } = table.order;
    const names = listKey(table).join(", ");
    const read = isNumber ? names : key.map((column) => readKey(quoteName(column))).join(", ");
    const conditions = [
        ...(last ? [`(${names}) > (${last.slice(0, key.length).map(keyLiteral).join(", ")})`] : []),
        ...(where === undefined ? [] : [where]),
    ];
    return {
        sql:
            `SELECT ${read}, ${reader.expressions.join(", ")} FROM ${quoteName(table.name)}` +
            `${conditions.length > 0 ? ` WHERE ${conditions.join(" AND ")}` : ""} ORDER BY ${names} LIMIT ${limit}`,
    };
}

function listKey({ order: { columns, collations } }: StoredTable): string[] {
    return columns.map((column, at) => {
        const collation = collations[at];
        return collation === undefined ? quoteName(column) : `${quoteName(column)} COLLATE ${quoteName(collation)}`;
    });
}

// As a literal without text: text that is not valid UTF-8 could not be sent back. REAL as a number: quote() is not exact.
function readKey(column: string): string {
    const text = `'CAST(' || quote(CAST(${column} AS BLOB)) || ' AS TEXT)'`;
    const infinite = `iif(0 + ${column} > 0, '9e999', '-9e999')`;
    const real = `iif(abs(${column}) = 9e999, ${infinite}, ${column})`;
    const other = `iif(typeof(${column}) = 'real', ${real}, quote(${column}))`;
    return `iif(typeof(${column}) = 'text', ${text}, ${other})`;
}

function keyLiteral(value: Value | undefined): string {
    return typeof value === "number" ? renderReal(value) : String(value ?? null);
}

function tooLarge({ name }: StoredTable): DatabaseFault {
    return new DatabaseFault("sql", `a row of '${name}' is larger than the server sends`);
}
