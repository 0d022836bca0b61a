import { isUtf8 } from "node:buffer";
import type { Value } from "../database/connection.ts";
import { quoteName } from "../sql/quoting.ts";
import type { StoredColumn } from "./layout.ts";

/** How many values one expression joins: a function accepts about 100 arguments. */
const valuesAtOnce = 90;

/** Reads the literals of a row by expressions. Each returns bytes, or a number, or NULL where it cannot. */
export interface LiteralReader {
    readonly expressions: readonly string[];
    /** Joins the values of these expressions to literals; undefined where the row must be read value by value. */
    readonly join: (values: readonly Value[]) => Buffer | undefined;
}

/**
 * Plans how the rows of a table are read as literals that reproduce the same values in every version of SQLite. The database
 * renders them, except for REAL, which it does not print exactly.
 *
 * @param largeRow rows with more bytes are read value by value
 */
export function planLiterals(columns: readonly StoredColumn[], largeRow: number): LiteralReader {
    const expressions = listPieces(columns, largeRow);
    return {
        expressions,
        join: (values) => {
            if (values.some((value) => value === null)) return undefined;
            const parts = values.flatMap((value, at) => (at === 0 ? [toPart(value)] : [separator, toPart(value)]));
            const row = parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
            return isUtf8(row) ? row : undefined;
        },
    };
}

/** Lists the expressions that read one row value by value, two for each column, for `joinSlowly`. */
export function listSlowExpressions(columns: readonly StoredColumn[]): string[] {
    return columns.flatMap(({ name }) => {
        const column = quoteName(name);
        const number = realAsNumber(column, `quote(${column})`);
        return [`typeof(${column})`, `iif(typeof(${column}) IN ('text', 'blob'), CAST(${column} AS BLOB), ${number})`];
    });
}

/** Joins the literals of a row that was read value by value. */
export function joinSlowly(values: readonly Value[]): Buffer {
    const parts: Buffer[] = [];
    for (let at = 0; at < values.length; at += 2) {
        if (at > 0) parts.push(separator);
        const value = values[at + 1] ?? null;
        const part = toPart(value);
        // A number may arrive as the bytes of its literal.
        if (values[at] === "text") parts.push(renderText(part));
        else parts.push(values[at] === "blob" ? renderBlob(part) : part);
    }
    return Buffer.concat(parts);
}

const separator = Buffer.from(", ");

function toPart(value: Value): Buffer {
    if (typeof value === "number") return Buffer.from(renderReal(value));
    return value instanceof Uint8Array
        ? Buffer.from(value.buffer, value.byteOffset, value.byteLength)
        : Buffer.from(String(value));
}

// The database joins adjacent columns without REAL by printf(), which takes half the time of ||.
function listPieces(columns: readonly StoredColumn[], largeRow: number): string[] {
    const pieces: string[] = [];
    let joined: StoredColumn[] = [];
    const flush = (): void => {
        if (joined.length > 0) pieces.push(joinInDatabase(joined, largeRow));
        joined = [];
    };
    // A result has at most 2,000 columns, as a table may, so the values of a wide one are joined, too. Its key is read as well.
    const isWide = columns.length > 1_000;
    for (const column of columns.map((each) => (isWide ? { ...each, holds: "texts" as const } : each))) {
        if (column.holds === "anything") {
            flush();
            const name = quoteName(column.name);
            const value = realAsNumber(name, `CAST(${quoteText(name)} AS BLOB)`);
            pieces.push(`iif(${sizeOf(name)} > ${largeRow}, NULL, ${value})`);
            continue;
        }
        joined.push(column);
        if (joined.length === valuesAtOnce) flush();
    }
    flush();
    return pieces;
}

function joinInDatabase(columns: readonly StoredColumn[], largeRow: number): string {
    const growing = columns.filter(({ holds }) => holds === "texts").map(({ name }) => sizeOf(quoteName(name)));
    // A value that the table should not hold, but may after an ALTER: its row is read value by value.
    const strange = columns.map(({ name, holds }) =>
        holds === "texts"
            ? `typeof(${quoteName(name)}) = 'real'`
            : `typeof(${quoteName(name)}) NOT IN ('integer', 'null')`,
    );
    const large = growing.length === 0 ? [] : [`${growing.join(" + ")} > ${largeRow}`];
    const literals = columns.map(({ name, holds }) =>
        holds === "texts" ? quoteText(quoteName(name)) : `quote(${quoteName(name)})`,
    );
    const joined = `printf('${columns.map(() => "%s").join(", ")}', ${literals.join(", ")})`;
    return `iif(${[...large, ...strange].join(" OR ")}, NULL, CAST(${joined} AS BLOB))`;
}

function sizeOf(column: string): string {
    return `coalesce(octet_length(${column}), 0)`;
}

// quote() ends a text at its first NUL, so such a text is written as bytes.
function quoteText(column: string): string {
    const bytes = `CAST(${column} AS BLOB)`;
    const isCut = `typeof(${column}) = 'text' AND instr(${bytes}, X'00') > 0`;
    return `iif(${isCut}, 'CAST(' || quote(${bytes}) || ' AS TEXT)', quote(${column}))`;
}

// A server does not send infinity as a number, and quote() renders it as a word that is not a literal.
function realAsNumber(column: string, other: string): string {
    // A sum has no collation, which may be one that only another program knows.
    const infinite = `iif(0 + ${column} > 0, CAST('9e999' AS BLOB), CAST('-9e999' AS BLOB))`;
    return `iif(typeof(${column}) = 'real', iif(abs(${column}) = 9e999, ${infinite}, ${column}), ${other})`;
}

const hexAtOnce = 65_536;

// In pieces: one string would take several times the memory.
function renderBlob(bytes: Buffer): Buffer {
    const literal = Buffer.alloc(bytes.length * 2 + 3, "X'");
    for (let at = 0; at < bytes.length; at += hexAtOnce) {
        literal.write(bytes.toString("hex", at, at + hexAtOnce).toUpperCase(), at * 2 + 2, "latin1");
    }
    literal.write("'", literal.length - 1, "latin1");
    return literal;
}

function renderText(bytes: Buffer): Buffer {
    if (!bytes.includes(0) && isUtf8(bytes)) return Buffer.from(`'${bytes.toString().replaceAll("'", "''")}'`);
    return Buffer.concat([Buffer.from("CAST("), renderBlob(bytes), Buffer.from(" AS TEXT)")]);
}

/** Powers of two up to this one are decimal literals that every version of SQLite reads exactly. */
const wholeDigits = 52;

/**
 * Renders a finite number as SQL that reproduces every bit of it. Up to fifteen decimal digits do so; a longer number is
 * rendered as a whole number times or divided by powers of two, because versions of SQLite read its last bit differently.
 */
export function renderReal(value: number): string {
    if (Object.is(value, -0)) return "(0.0 * -1)";
    const digits = /^-?(\d+)\.?(\d*)(?:e.*)?$/.exec(String(value));
    const count = `${digits?.[1] ?? ""}${digits?.[2] ?? ""}`.replace(/^0+/, "").length;
    if (count <= 15 && Math.abs(value) < 1e21 && (Math.abs(value) >= 1e-6 || value === 0)) {
        return Number.isInteger(value) ? `${value}.0` : String(value);
    }
    let [whole, power] = [value, 0];
    while (!Number.isInteger(whole)) [whole, power] = [whole * 2, power - 1];
    while (Math.abs(whole) > Number.MAX_SAFE_INTEGER) [whole, power] = [whole / 2, power + 1];
    const sign = power < 0 ? " / " : " * ";
    const factors: string[] = [];
    for (let left = Math.abs(power); left > 0; left -= wholeDigits)
        factors.push(`${2 ** Math.min(left, wholeDigits)}.0`);
    return `(${[`${whole}.0`, ...factors].join(sign)})`;
}
