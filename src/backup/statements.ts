import { isKeyword, type Token } from "../sql/lexer.ts";
import { quoteName, quoteText } from "../sql/quoting.ts";
import { findOpenToken, splitStatements } from "../sql/statements.ts";
import type { StatementNote } from "./format.ts";
import { damaged } from "./seal.ts";

/**
 * Refuses a statement that does anything other than its comment says: a seal proves that a file is as it was written, not
 * who wrote it. `splitRows` checks rows.
 *
 * @throws AppError `corrupt`
 */
export function refuseOther({ does, name, table = "" }: StatementNote, sql: Buffer): void {
    // SQLite would stop reading at a NUL.
    if (sql.includes(0) || !isExpected(does, name ?? "", table, sql)) {
        throw damaged(`a statement does not do what its comment says (${does})`);
    }
}

function isExpected(does: string, name: string, table: string, sql: Buffer): boolean {
    switch (does) {
        case "settings":
            return /^PRAGMA (foreign_keys=OFF|user_version=-?\d+);$/.test(sql.toString());
        case "begin":
        case "commit":
            return sql.toString() === `${does.toUpperCase()};`;
        case "clear":
            return sql.toString() === `DELETE FROM ${quoteName(table)};`;
        case "sequence":
            return findSequence(table, sql) !== undefined || sql.toString() === renderNoSequence(table);
        case "rows":
            return true;
        case "table":
        case "index":
        case "view":
        case "trigger":
            return name !== "" && isOneCreate(sql.toString(), does);
        default:
            return false;
    }
}

// A restore would also run what follows the statement.
function isOneCreate(sql: string, type: string): boolean {
    const [statement, ...others] = splitStatements(sql);
    if (!statement || others.length > 0 || findOpenToken(sql) || !sql.endsWith(";")) return false;
    const [create, first, second] = statement.tokens;
    const isType = (token: Token | undefined): boolean => isKeyword(token, type.toUpperCase());
    const isFurther = isKeyword(first, "VIRTUAL") || isKeyword(first, "UNIQUE");
    return isKeyword(create, "CREATE") && (isType(first) || (isFurther && isType(second)));
}

/** Removes the last id of a table from sqlite_sequence. */
export function renderNoSequence(table: string): string {
    return `DELETE FROM sqlite_sequence WHERE name = ${quoteText(table)};`;
}

/** Sets the last id of a table in sqlite_sequence. */
export function renderSequence(table: string, last: bigint): string {
    return `INSERT INTO sqlite_sequence (name, seq) VALUES (${quoteText(table)}, ${last});`;
}

/** Raises the last id of a table that stays to at least this one. */
export function renderRaisedSequence(table: string, last: bigint): string[] {
    const row = `name = ${quoteText(table)}`;
    return [
        `INSERT INTO sqlite_sequence (name, seq) SELECT ${quoteText(table)}, ${last} WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE ${row})`,
        `UPDATE sqlite_sequence SET seq = max(seq, ${last}) WHERE ${row}`,
    ];
}

/** Finds the last id that a statement of renderSequence() sets. */
export function findSequence(table: string, sql: Buffer): bigint | undefined {
    const [, last] = /, (-?\d+)\);$/.exec(sql.toString()) ?? [];
    if (last === undefined) return undefined;
    return sql.toString() === renderSequence(table, BigInt(last)) ? BigInt(last) : undefined;
}
