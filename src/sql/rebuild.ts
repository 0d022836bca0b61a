import { readName, type Token, tokenize } from "./lexer.ts";
import { isSameName } from "./names.ts";
import { writeName } from "./quoting.ts";
import { findCreated } from "./statement-facts.ts";
import { splitStatements } from "./statements.ts";

/** What a rebuild of a table creates again. */
export interface RebuildSource {
    readonly table: string;
    /** Its name until it takes the place of the old one. */
    readonly temporaryName: string;
    /** The CREATE TABLE of the new table, as a database keeps it. */
    readonly sql: string;
    /** Columns that are copied: those that hold values, and the rowid where no column keeps it. */
    readonly columns: readonly string[];
    /** The statements of its indexes and triggers. */
    readonly parts: readonly string[];
}

/** The statements that rebuild a table in the order that loses nothing: create, copy, drop, rename, indexes and triggers. */
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

// The name behind CREATE TABLE, and where it stands before the dot of a column: a rename changes those back. Elsewhere it
// means the table as it will be.
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

// A rename puts quotes around the name wherever it stands.
function unquote(sql: string, name: string): string {
    return tokenize(sql)
        .map((token) => (token.kind === "name" && isNamed(token, name) ? writeName(readName(token)) : token.text))
        .join("");
}

function isNamed(token: Token, name: string): boolean {
    return (token.kind === "name" || token.kind === "word") && isSameName(readName(token), name);
}
