import { quoteName } from "../../sql/quoting.ts";
import type { StatementNote } from "../format.ts";
import { damaged } from "../seal.ts";

const quoteMark = 0x27;
const between = Buffer.from("),\n");
const comma = Buffer.from(", ");

/**
 * Returns the literals of each row. Every byte is checked: a statement with anything else is refused.
 *
 * @throws AppError `corrupt`
 */
export function* splitRows({ table = "", rows = [], rowid }: StatementNote, sql: Buffer): Generator<Buffer> {
    const refuse = (what: string) => damaged(`rows of '${table}' ${what}`);
    let at = findValues(table, sql) ?? 0;
    if (at === 0 || rows.length === 0) throw refuse("begin differently");
    for (const [index, length] of rows.entries()) {
        if (index > 0) {
            if (!sql.subarray(at, at + between.length).equals(between)) throw refuse("have another length");
            at += between.length;
        }
        if (sql[at++] !== 0x28) throw refuse("have another length");
        if (rowid) {
            const end: number = sql.indexOf(comma, at);
            if (!/^-?\d+$/.test(sql.toString("latin1", at, end))) throw refuse("lack a rowid");
            at = end + comma.length;
        }
        const literals = sql.subarray(at, at + length);
        if (!areLiterals(literals)) throw refuse("hold something other than values");
        yield literals;
        at += length;
    }
    if (sql.toString("latin1", at) !== ");") throw refuse("have another length");
}

// Finds the first row, after column names that may hold anything.
function findValues(table: string, sql: Buffer): number | undefined {
    const start = Buffer.from(`INSERT INTO ${quoteName(table)} (`);
    if (!sql.subarray(0, start.length).equals(start)) return undefined;
    for (let at = start.length; ; ) {
        const end = endOfQuoted(sql, at, 0x22);
        if (end === undefined) return undefined;
        if (sql.subarray(end, end + comma.length).equals(comma)) at = end + comma.length;
        else
            return sql.toString("latin1", end, end + valuesWord.length) === valuesWord
                ? end + valuesWord.length
                : undefined;
    }
}

const valuesWord = ") VALUES\n";

/** Whether bytes are values as `planLiterals` renders them, and nothing that is computed or read. */
function areLiterals(row: Buffer): boolean {
    for (let at = 0; ; ) {
        const end = endOfLiteral(row, at);
        if (end === undefined) return false;
        if (end === row.length) return true;
        if (row[end] !== comma[0] || row[end + 1] !== comma[1]) return false;
        at = end + comma.length;
    }
}

const castWord = "CAST(X'";
const castEnd = " AS TEXT)";

function endOfLiteral(row: Buffer, at: number): number | undefined {
    const first = row[at];
    if (first === quoteMark) return endOfQuoted(row, at, quoteMark);
    if (first === 0x58) return endOfQuoted(row, at + 1, quoteMark);
    if (first === 0x43) {
        if (row.toString("latin1", at, at + castWord.length) !== castWord) return undefined;
        const end = endOfQuoted(row, at + castWord.length - 1, quoteMark);
        if (end === undefined || row.toString("latin1", end, end + castEnd.length) !== castEnd) return undefined;
        return end + castEnd.length;
    }
    const isSum = first === 0x28;
    const next = row.indexOf(isSum ? 0x29 : 0x2c, at);
    const end = next === -1 ? row.length : isSum ? next + 1 : next;
    return end - at < 1_000 && simple.test(row.toString("latin1", at, end)) ? end : undefined;
}

// Whole numbers, infinity, and what renderReal() returns.
const simple = /^(NULL|-?\d+(\.\d+)?(e[+-]?\d+)?|\(-?\d+\.\d+( [*/] -?\d+(\.\d+)?)*\))$/;

// Finds the end of a quoted text. A doubled quote does not end it.
function endOfQuoted(bytes: Buffer, at: number, mark: number): number | undefined {
    if (bytes[at] !== mark) return undefined;
    for (let from = at + 1; ; from += 2) {
        from = bytes.indexOf(mark, from);
        if (from === -1) return undefined;
        if (bytes[from + 1] !== mark) return from + 1;
    }
}
