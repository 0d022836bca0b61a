import { readName, type Token, tokenize } from "./lexer.ts";
import { isSameName } from "./names.ts";
import { writeName } from "./quoting.ts";
import { findCreated } from "./statement-facts.ts";
import { splitStatements } from "./statements.ts";

export interface RebuildSource {
    readonly table: string;
    /** The name of the new table until it replaces the old one. */
    readonly temporaryName: string;
    /** The CREATE TABLE of the new table, as sqlite_schema stores it. */
    readonly sql: string;
    /** Columns to copy: those that store values, and the rowid where no column is it. */
    readonly columns: readonly string[];
    readonly parts: readonly string[];
}

/** Renders the statements of a rebuild in the order that loses nothing: create, copy, drop, rename, indexes, triggers. */
export function renderRebuild(source: RebuildSource): string[] {
    const table = writeName(source.table);
    const next = writeName(source.temporaryName);
    const columns = source.columns.map(writeName);
    const copy = `INSERT INTO\n    ${next} (${columns.join(", ")})\nSELECT\n    ${columns.join(",\n    ")}\nFROM\n    ${table}`;
    return [
        renameIn(source.sql, source.table, source.temporaryName),
        ...(columns.length === 0 ? [] : [copy]),
        `DROP TABLE ${table}`,
        `ALTER TABLE ${next}\nRENAME TO ${table}`,
        ...source.parts.map((sql) => unquote(sql, source.table)),
    ];
}

// Only after CREATE TABLE and before the dot of a column, which RENAME changes back. Elsewhere, as in a foreign key to
// itself, the name means the table after the rename.
function renameIn(sql: string, from: string, to: string): string {
    const plain = unquote(sql, from);
    const tokens = splitStatements(plain)[0]?.tokens ?? [];
    const name = tokens[(findCreated(tokens)?.next ?? 0) - 1];
    if (!name || !isNamed(name, from)) throw new Error(`unreachable: '${from}' is not what the statement creates`);
    const qualifiers = tokens.filter(
        (token, at) => token !== name && isNamed(token, from) && tokens[at + 1]?.text === ".",
    );
    return [name, ...qualifiers].reduceRight((text, token) => {
        const rest = text.slice(token.offset + token.text.length);
        return `${text.slice(0, token.offset)}${writeName(to)}${token === name ? ` ${rest.trimStart()}` : rest}`;
    }, plain);
}

// RENAME quotes the name wherever it occurs.
function unquote(sql: string, name: string): string {
    return tokenize(sql)
        .map((token) => (token.kind === "name" && isNamed(token, name) ? writeName(readName(token)) : token.text))
        .join("");
}

function isNamed(token: Token, name: string): boolean {
    return (token.kind === "name" || token.kind === "word") && isSameName(readName(token), name);
}
