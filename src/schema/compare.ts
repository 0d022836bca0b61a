import { isSignificant, readName, type Token, tokenize } from "../sql/lexer.ts";
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
     * same: equal except for quotes around names; comment: only comments or white space differ; changed; missing: only in
     * the files; unexpected: only in the database, on a table or view of the files; extra: a table or view that the files
     * do not create, and what belongs to it.
     */
    readonly state: "same" | "comment" | "changed" | "missing" | "unexpected" | "extra";
    readonly live: string | undefined;
    readonly expected: string | undefined;
    /** The database has what was last deployed; the file is newer, and the next deploy replaces the object. */
    readonly isUndeployed?: true;
}

/** Compares the objects of a live database with those that the files create. Pure. */
export function compareSchemas(live: readonly SchemaRow[], expected: readonly SchemaRow[]): ObjectDifference[] {
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
        differences.push(describe(undefined, row, isOnOurs ? "unexpected" : "extra"));
    }
    return differences;
}

/** Whether a difference is drift. Differences in comments and tables of others are not. */
export function isDrift({ state }: ObjectDifference): boolean {
    return state === "changed" || state === "missing" || state === "unexpected";
}

function judge(expected: SchemaRow, live: SchemaRow): ObjectDifference["state"] {
    if (expected.sql === live.sql) return "same";
    // Stock postgrator writes its CREATE TABLE differently.
    if (isMigratorTable(expected.name)) return "same";
    const [left, right] = [tokenize(expected.sql ?? ""), tokenize(live.sql ?? "")];
    if (describeTokens(left) === describeTokens(right)) return "same";
    return saysTheSame(expected.sql ?? "", live.sql ?? "") ? "comment" : "changed";
}

/** Whether two statements are equal except for comments, white space and quotes around names. */
export function saysTheSame(left: string, right: string): boolean {
    const [one, other] = [left, right].map((sql) => describeTokens(tokenize(sql).filter(isSignificant)));
    return one === other;
}

function describeTokens(tokens: readonly Token[]): string {
    return JSON.stringify(tokens.map(describeToken));
}

/**
 * Returns the text of a token, a name without needless quotes: RENAME quotes the name of a table, which is the same schema.
 * CURRENT_TIMESTAMP or 1 keeps its quotes, because in quotes it means something else.
 */
export function describeToken(token: Token): string {
    return token.kind === "name" ? writeName(readName(token)) : token.text;
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
