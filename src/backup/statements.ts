import { isUtf8 } from "node:buffer";
import { isKeyword, readName, tokenize } from "../sql/lexer.ts";
import { isSameName } from "../sql/names.ts";
import { quoteName, quoteText } from "../sql/quoting.ts";
import { findCreated, readFact } from "../sql/statement-facts.ts";
import { findOpenToken, splitStatements } from "../sql/statements.ts";
import type { StatementNote } from "./format.ts";
import { damaged } from "./seal.ts";

/**
 * Refuses a statement that does anything other than its comment says: a seal proves that a file is as it was written, not
 * who wrote it. `splitRows` checks rows.
 *
 * @throws AppError `corrupt`
 */
export function refuseOther(note: StatementNote, sql: Buffer): void {
    // SQLite would stop reading at a NUL.
    if (sql.includes(0) || !isUtf8(sql) || !isExpected(note, sql)) {
        throw damaged(`a statement does not do what its comment says (${note.does})`);
    }
}

function isExpected(note: StatementNote, sql: Buffer): boolean {
    const { does, table = "" } = note;
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
            return isOneCreate(note, sql.toString());
        default:
            return false;
    }
}

// One object as sqlite_schema stores it: without IF NOT EXISTS, the name of a database, or a query that fills a table.
function isOneCreate({ does, name, table = "" }: StatementNote, sql: string): boolean {
    const all = tokenize(sql);
    const [statement, ...others] = splitStatements(sql, all);
    if (!statement || others.length > 0 || findOpenToken(sql, all) || !sql.endsWith(";")) return false;
    const { tokens } = statement;
    const made = findCreated(tokens);
    const fact = readFact(statement);
    const named = made && tokens[made.typeAt + 1];
    if (!named || fact.does !== "create" || made.isTemporary || made.type !== does) return false;
    const isStored = made.next === made.typeAt + 2 && readName(named) === name && isSameName(fact.table, table);
    const isFilled = does === "table" && !isKeyword(tokens[1], "VIRTUAL") && tokens[made.next]?.text !== "(";
    return isStored && !isFilled;
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
