import { isReserved } from "../sql/keywords.ts";
import { isKeyword, isSignificant, readName, type Token, tokenize } from "../sql/lexer.ts";
import { writeName } from "../sql/quoting.ts";
import { isMigratorTable, listComparable } from "./facts.ts";
import type { SchemaRow } from "./row.ts";

/** How a live object compares with the files. */
export interface ObjectDifference {
    readonly type: SchemaRow["type"];
    readonly name: string;
    /** The table or view of an index or trigger; the object itself otherwise. */
    readonly table: string;
    /**
     * same: equal except for needless quotes and the case of keywords; comment: only comments or white space differ; changed; missing: only in
     * the files; unexpected: only in the database, on a table or view of the files; extra: a table or view that the files
     * do not create, and what belongs to it, or an index on a table of the files that refuses no row.
     */
    readonly state: "same" | "comment" | "changed" | "missing" | "unexpected" | "extra";
    readonly live: string | undefined;
    readonly expected: string | undefined;
    /** The database has what was last deployed; the file is newer, and the next deploy replaces the object. */
    readonly isUndeployed?: true;
}

/**
 * Compares the objects of a live database with those that the files create. Pure.
 *
 * @param options.strict whether an extra index on a table of the files is unexpected
 */
export function compareSchemas(
    live: readonly SchemaRow[],
    expected: readonly SchemaRow[],
    { strict = false }: { readonly strict?: boolean } = {},
): ObjectDifference[] {
    const found = new Map(listComparable(live).map((row) => [keyOf(row), row]));
    const wanted = new Map(listComparable(expected).map((row) => [keyOf(row), row]));
    const owners = new Set(
        [...wanted.values()]
            .filter((row) => row.type === "table" || row.type === "view")
            .map((row) => row.name.toLowerCase()),
    );
    const differences = [...wanted.values()].map((row): ObjectDifference => {
        const other = found.get(keyOf(row));
        return describe(row, other, other === undefined ? "missing" : judge(row, other));
    });
    for (const row of found.values()) {
        if (wanted.has(keyOf(row))) continue;
        const isOnOurs = (row.type === "index" || row.type === "trigger") && owners.has(row.table.toLowerCase());
        const isTolerated = !strict && isLooseIndex(row);
        differences.push(describe(undefined, row, isOnOurs && !isTolerated ? "unexpected" : "extra"));
    }
    return differences;
}

/** Whether a difference is drift. Differences in comments, tables of others and extra indexes are not. */
export function isDrift({ state }: ObjectDifference): boolean {
    return state === "changed" || state === "missing" || state === "unexpected";
}

/** Lists the differences of objects that the files create, or that should not be there. */
export function listCompared(differences: readonly ObjectDifference[]): ObjectDifference[] {
    return differences.filter(({ state }) => state !== "extra");
}

/** Whether a row of sqlite_schema is an index that is not unique: it may cost time, but refuses no row. */
export function isLooseIndex({ type, sql }: Pick<SchemaRow, "type" | "sql">): boolean {
    return type === "index" && sql !== null && !isKeyword(tokenize(sql).filter(isSignificant)[1], "UNIQUE");
}

function judge(expected: SchemaRow, live: SchemaRow): ObjectDifference["state"] {
    if (expected.sql === live.sql) return "same";
    // Stock postgrator writes its CREATE TABLE differently.
    if (isMigratorTable(expected.name)) return "same";
    const [left, right] = [tokenize(expected.sql ?? ""), tokenize(live.sql ?? "")];
    if (describeTokens(left) === describeTokens(right)) return "same";
    return saysTheSame(expected.sql ?? "", live.sql ?? "") ? "comment" : "changed";
}

/** Whether two statements are equal except for comments, white space and what describeTokens() disregards. */
export function saysTheSame(left: string, right: string): boolean {
    const [one, other] = [left, right].map((sql) => describeTokens(tokenize(sql).filter(isSignificant)));
    return one === other;
}

/**
 * Renders tokens so that equal texts mean the same. RENAME quotes the name of a table, so a name has no needless quotes;
 * CURRENT_TIMESTAMP or 1 keeps its quotes, because in quotes it means something else. In a table or an index, the case of
 * a word counts only where the word is a name that a result or a message shows: of the object, a column or a constraint.
 *
 * @param depth how many parentheses are open before: 1 for a definition of a table, which must begin the tokens
 */
export function describeTokens(tokens: readonly Token[], depth = 0): string {
    let open = depth;
    let hasBody = depth > 0;
    let before: Token | undefined;
    const [, ...words] = tokens.filter(isSignificant).slice(0, 3);
    const isIndex = depth === 0 && words.some((token) => isKeyword(token, "INDEX"));
    const keepsCase = depth === 0 && !isIndex && !isKeyword(words[0], "TABLE");
    const texts = tokens.map((token) => {
        if (!isSignificant(token)) return token.text;
        const isColumn = !isIndex && open === 1 && (!before || /^[(,]$/.test(before.text));
        // DEFAULT takes a bare word for a text.
        const isShown = !hasBody || isColumn || isKeyword(before, "CONSTRAINT") || isKeyword(before, "DEFAULT");
        if (token.text === "(") open++;
        if (token.text === ")") open--;
        hasBody ||= open > 0 || (isIndex && isKeyword(token, "ON"));
        before = token;
        const text = token.kind === "name" ? writeName(readName(token)) : token.text;
        if ((token.kind !== "word" && token.kind !== "name") || text.startsWith('"')) return text;
        return keepsCase || (isShown && !isReserved(text) && !/^(true|false)$/i.test(text)) ? text : text.toLowerCase();
    });
    return JSON.stringify(texts);
}

function describe(
    expected: SchemaRow | undefined,
    live: SchemaRow | undefined,
    state: ObjectDifference["state"],
): ObjectDifference {
    const { type, name, table } = (expected ?? live) as SchemaRow;
    return { type, name, table, state, live: live?.sql ?? undefined, expected: expected?.sql ?? undefined };
}

function keyOf(row: SchemaRow): string {
    return `${row.type} ${row.name.toLowerCase()}`;
}
