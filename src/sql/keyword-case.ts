import { findAddedColumn } from "./alter-table.ts";
import { readTableDefinition } from "./create-table.ts";
import { isKeywordAt, isKeywordLike, isReserved } from "./keywords.ts";
import { isSignificant, readName, type Token, tokenize } from "./lexer.ts";
import { readFact } from "./statement-facts.ts";
import { readAllTokens, type Statement, splitStatements } from "./statements.ts";

/** Collects, in lower case, the names of what statements create or rename: tables, columns, indexes, views, triggers. */
export function collectNames(statements: readonly Statement[]): Set<string> {
    const names = new Set<string>();
    const add = (name: string): unknown => names.add(name.toLowerCase());
    for (const statement of statements) {
        const fact = readFact(statement);
        if (fact.does === "create") add(fact.name);
        if (fact.does === "rename-table") add(fact.to);
        if (fact.does === "create" && fact.type === "table") {
            for (const { name } of readTableDefinition(readAllTokens(statement)).columns) add(name);
        }
        // ADD [COLUMN] name …, RENAME [COLUMN] a TO b
        const { tokens } = statement;
        const added = tokens[tokens[4]?.text.toUpperCase() === "COLUMN" ? 5 : 4];
        if (fact.does === "alter" && fact.action === "add" && added) add(readName(added));
        if (fact.does === "alter" && fact.action === "rename")
            for (const token of tokens.slice(4)) add(readName(token));
    }
    return names;
}

/**
 * Finds keywords and types that are not in capitals. A word that SQLite does not reserve is a name where these names or the
 * text itself have it as one.
 *
 * @param names in lower case
 */
export function findLowerKeywords(
    sql: string,
    names: ReadonlySet<string>,
    tokens: readonly Token[] = tokenize(sql),
): Token[] {
    const words = tokens.filter(isSignificant);
    const own = new Set(findLocalNames(words));
    const typeOffsets = new Set(splitStatements(sql, tokens).flatMap(findTypes));
    return words.filter((token, at) => {
        if (token.kind !== "word" || token.text === token.text.toUpperCase()) return false;
        if (typeOffsets.has(token.offset) || isKeywordHere(words, at)) return true;
        if (!isKeywordLike(token.text) || isName(words, at)) return false;
        const word = token.text.toLowerCase();
        return isReserved(word) || !(names.has(word) || own.has(word));
    });
}

/** Returns the text with its keywords and types in capitals, and everything else as it is. */
export function raiseKeywords(sql: string, names: ReadonlySet<string>): string {
    const tokens = tokenize(sql);
    const lower = new Set(findLowerKeywords(sql, names, tokens));
    return tokens.map((token) => (lower.has(token) ? token.text.toUpperCase() : token.text)).join("");
}

// The offsets of the types of columns, which may be named like a type.
function findTypes(statement: Statement): number[] {
    const fact = readFact(statement);
    const added = fact.does === "alter" ? findAddedColumn(statement) : undefined;
    const isTable = fact.does === "create" && fact.type === "table";
    const columns = isTable ? readTableDefinition(readAllTokens(statement)).columns : added ? [added] : [];
    return columns.flatMap(({ tokens: [, type] }) => (type && types.test(type.text) ? [type.offset] : []));
}

const types = /^(INTEGER|TEXT|REAL|BLOB|ANY)$/i;

// Names after AS, except types in a CAST, and those of WITH … AS (…), all in lower case.
function findLocalNames(words: readonly Token[]): string[] {
    const calls: string[] = [];
    return words.flatMap((word, at) => {
        const before = words[at - 1];
        if (word.text === "(") calls.push(before?.text.toUpperCase() ?? "");
        if (word.text === ")") calls.pop();
        const isAlias = before?.text.toUpperCase() === "AS" && calls.at(-1) !== "CAST";
        const isQuery = words[at + 1]?.text.toUpperCase() === "AS" && words[at + 2]?.text === "(";
        return isAlias || isQuery ? [word.text.toLowerCase()] : [];
    });
}

function isKeywordHere(words: readonly Token[], at: number): boolean {
    const render = ({ kind, text }: Token): string =>
        kind === "string" ? "'" : kind === "name" ? '"' : text.toUpperCase();
    return isKeywordAt(words.slice(Math.max(0, at - 6), at).map(render), words.slice(at, at + 5).map(render));
}

// Beside a dot, after AS, or called as a function, a word is a name: replace(a, b), each.key, AS before.
function isName(words: readonly Token[], at: number): boolean {
    const [before, word, after] = [words[at - 1], words[at], words[at + 1]];
    if (before?.text === "." || after?.text === ".") return true;
    if (!word || isReserved(word.text)) return false;
    return after?.text === "(" || (before?.text.toUpperCase() === "AS" && !types.test(word.text));
}
