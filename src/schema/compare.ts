import { isSignificant, readName, type Token, tokenize } from "../sql/lexer.ts";
import { writeName } from "../sql/quoting.ts";
import { findShadows, isMigratorTable } from "./facts.ts";
import type { SchemaRow } from "./row.ts";

/** How a live object stands to the files. */
export interface ObjectDifference {
    readonly type: SchemaRow["type"];
    readonly name: string;
    /** The table or view of an index or trigger; the object itself otherwise. */
    readonly table: string;
    /**
     * same, but for quotes around names; comment: only comments or white space differ; changed; missing: only the files have it; unexpected: only the
     * database has it, on a table or view of the files; extra: a table or view that the files do not create, and what belongs to it.
     */
    readonly state: "same" | "comment" | "changed" | "missing" | "unexpected" | "extra";
    readonly live: string | undefined;
    readonly expected: string | undefined;
    /** The database has what was last deployed: its file is newer, and the next deploy brings it in line. */
    readonly isUndeployed?: true;
}

/** Compares the objects of a live database with those that the files lead to. Pure. */
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

/** Whether a difference means that the database is not what the files say. Comments and other people's tables do not. */
export function isDrift({ state }: ObjectDifference): boolean {
    return state === "changed" || state === "missing" || state === "unexpected";
}

function judge(expected: SchemaRow, live: SchemaRow): ObjectDifference["state"] {
    if (expected.sql === live.sql) return "same";
    // Stock postgrator makes its table in its own words.
    if (isMigratorTable(expected.name)) return "same";
    const [left, right] = [tokenize(expected.sql ?? ""), tokenize(live.sql ?? "")];
    if (describeTokens(left) === describeTokens(right)) return "same";
    return saysTheSame(expected.sql ?? "", live.sql ?? "") ? "comment" : "changed";
}

/** Whether two statements say the same, but for comments, white space and quotes around names. */
export function saysTheSame(left: string, right: string): boolean {
    const [one, other] = [left, right].map((sql) => describeTokens(tokenize(sql).filter(isSignificant)));
    return one === other;
}

function describeTokens(tokens: readonly Token[]): string {
    return JSON.stringify(tokens.map(describeToken));
}

/**
 * What a token says, whatever the quotes: a rename puts some around the name of a table that the file has without, which
 * is the same schema by another way. In quotes, CURRENT_TIMESTAMP or 1 is another thing than without.
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

/** Objects that were created by name: without SQLite's own, and those that another object keeps for itself. */
export function listComparable(rows: readonly SchemaRow[]): SchemaRow[] {
    const isShadow = findShadows(rows);
    return rows.filter((row) => row.sql !== null && !row.name.startsWith("sqlite_") && !isShadow(row.name));
}

function keyOf(row: SchemaRow): string {
    return `${row.type} ${row.name.toLowerCase()}`;
}
