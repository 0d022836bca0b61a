import { isUtf8 } from "node:buffer";
import { isKeyword, isSignificant, readName, type Token, tokenize } from "../../sql/lexer.ts";
import { splitList, topLevel } from "../../sql/nesting.ts";
import { quoteName } from "../../sql/quoting.ts";
import { splitStatements } from "../../sql/statements.ts";
import type { Value } from "../connection.ts";
import { DatabaseFault } from "../faults.ts";

// The driver ends the program at a text that is not UTF-8. So a statement is asked for the bytes of each text and blob, with a
// letter behind them that tells one from the other.

/** Whether a database has UTF-8 inside; where it has UTF-16, the driver's conversion makes UTF-8 of each text. */
export const selectEncoding = "SELECT encoding FROM pragma_encoding";

/** The columns of a statement's result as SQL that gives bytes; undefined for a statement that cannot be asked so. */
export function askForBytes(sql: string, names: readonly string[]): string | undefined {
    const statement = takeFirst(sql);
    const returning = askReturningForBytes(statement, names);
    if (returning !== undefined) return returning;
    if (!selects.test(statement)) return undefined;
    const columns = names.map((_, at) => `c${at}`);
    const given = columns.map(toBytes).join(", ");
    // Because of LIMIT and WHERE, SQLite computes each column once, and does not repeat its expression in `given`.
    return `WITH result (${columns.join(", ")}) AS (SELECT * FROM (${statement}\n) LIMIT -1) SELECT ${given} FROM result WHERE true`;
}

const selects = /^\s*(?:SELECT|WITH|VALUES)\b/i;

// SQLite runs the first statement of a text, without the comments and semicolons around it.
function takeFirst(sql: string): string {
    return /;|--|\/\*/.test(sql) ? (splitStatements(sql)[0]?.sql ?? "") : sql;
}

/**
 * Like askForBytes() for INSERT, UPDATE and DELETE, keeping the names of the columns; undefined without a list to replace.
 *
 * @param names of the columns of the result, which `*` stands for, where they are known
 */
export function askReturningForBytes(sql: string, names: readonly string[] = []): string | undefined {
    if (!/\bRETURNING\b/i.test(sql)) return undefined;
    const tokens = topLevel(tokenize(sql)).filter(isSignificant);
    const start = tokens.findLast((token) => isKeyword(token, "RETURNING"));
    if (!start) return undefined;
    const from = start.offset + start.text.length;
    const list = tokenize(sql.slice(from)).filter((token) => isSignificant(token) && token.text !== ";");
    if (list.length === 1 && list[0]?.text === "*" && names.length > 0) {
        const columns = names.map(quoteName);
        return `${sql.slice(0, from)} ${columns.map((column) => `${toBytes(column)} AS ${column}`).join(", ")}`;
    }
    const items = splitList(list).map((item) => {
        const [first, last] = [item[0], item.at(-1)];
        if (!first || !last || last.text === "*") return undefined;
        const end = isKeyword(item.at(-2), "AS") ? (item.at(-3) ?? first) : last;
        const expression = sql.slice(from + first.offset, from + end.offset + end.text.length);
        return `${toBytes(`(${expression})`)} AS ${quoteName(nameItem(item, expression))}`;
    });
    return items.includes(undefined) ? undefined : `${sql.slice(0, from)} ${items.join(", ")}`;
}

function nameItem(item: readonly Token[], expression: string): string {
    const last = item.at(-1);
    const isNamed = item.length === 1 || item.at(-2)?.text === "." || isKeyword(item.at(-2), "AS");
    return last && isNamed ? readName(last) : expression;
}

function toBytes(value: string): string {
    return `CASE typeof(${value}) WHEN 'text' THEN CAST(${value} || 't' AS BLOB) WHEN 'blob' THEN CAST(${value} || 'b' AS BLOB) ELSE ${value} END`;
}

/**
 * Reads a row of a statement that was asked for bytes.
 *
 * @param number of the row in its result, from 1
 * @throws DatabaseFault `not-utf8`
 */
export function readBytes(row: readonly Value[], names: readonly string[], number: number): Value[] {
    return row.map((value, at) => {
        if (!(value instanceof Uint8Array)) return value;
        const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength - 1);
        if (value.at(-1) !== textMark) return Buffer.from(bytes);
        if (isUtf8(bytes)) return bytes.toString();
        const message = `the text of '${names[at]}' in row ${number} of its result is not UTF-8`;
        throw new DatabaseFault("sql", message, undefined, { variant: "not-utf8" });
    });
}

const textMark = "t".charCodeAt(0);
