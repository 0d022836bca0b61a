import { writeName } from "../sql/keywords.ts";
import { readName, type Token, tokenize } from "../sql/lexer.ts";
import { splitStatements } from "../sql/statements.ts";

/** What a rebuild of a table must make again. */
export interface RebuildSource {
    readonly table: string;
    /** Its name until it takes the place of the old one. */
    readonly temporaryName: string;
    /** The CREATE TABLE, as the database keeps it. */
    readonly sql: string;
    /** Columns that hold values of their own; with the rowid where nothing else keeps it. */
    readonly columns: readonly string[];
    /** The statements of its indexes, then those of triggers that no file of triggers/ holds. */
    readonly parts: readonly string[];
}

/**
 * The text of a migration that makes a table anew, as it is, in the order that loses nothing: make, fill, drop, rename,
 * and then its indexes and triggers.
 *
 * @param heading one sentence, without its signs
 */
export function renderRebuild(source: RebuildSource, heading: string): string {
    const table = writeName(source.table);
    const next = writeName(source.temporaryName);
    const columns = source.columns.map(writeName).join(", ");
    const statements = [
        renameIn(source.sql, source.table, source.temporaryName),
        `INSERT INTO ${next} (${columns})\nSELECT ${columns}\nFROM ${table}`,
        `DROP TABLE ${table}`,
        `ALTER TABLE ${next}\nRENAME TO ${table}`,
        ...source.parts.map((sql) => unquote(sql, source.table)),
    ];
    return `-- ${heading}\n${statements.map((sql) => `${sql};\n`).join("\n")}`;
}

// The name behind CREATE TABLE, and where it stands before the dot of a column: a rename changes those back. Elsewhere it
// means the table as it will be.
function renameIn(sql: string, from: string, to: string): string {
    const plain = unquote(sql, from);
    const tokens = splitStatements(plain)[0]?.tokens ?? [];
    const named = tokens.filter(
        (token, at) => isNamed(token, from) && (at === nameAt || (at > nameAt && tokens[at + 1]?.text === ".")),
    );
    if (named[0] !== tokens[nameAt]) throw new Error(`unreachable: '${from}' is not what the statement makes`);
    return named.reduceRight((text, token) => {
        const rest = text.slice(token.offset + token.text.length);
        const isQualifier = token !== tokens[nameAt];
        return `${text.slice(0, token.offset)}${writeName(to)}${isQualifier ? rest : ` ${rest.trimStart()}`}`;
    }, plain);
}

/** In what the database keeps, the third token: it leaves out IF NOT EXISTS and the name of the schema. */
const nameAt = 2;

// A rename puts quotes around the name wherever it stands.
function unquote(sql: string, name: string): string {
    return tokenize(sql)
        .map((token) => (token.kind === "name" && isNamed(token, name) ? writeName(readName(token)) : token.text))
        .join("");
}

function isNamed(token: Token, name: string): boolean {
    const isName = token.kind === "name" || token.kind === "word";
    return isName && readName(token).toLowerCase() === name.toLowerCase();
}
