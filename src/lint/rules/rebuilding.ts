import { isKeyword, readName, type Token } from "../../sql/lexer.ts";
import { findRowCopy } from "../clauses.ts";
import type { LintFile, LintStatement } from "../files.ts";
import type { KnownTable } from "../known-schema.ts";
import type { Place, Rule } from "../rule.ts";
import { findUniqueParts, findUniques, isImplied, type UniqueColumns } from "../uniques.ts";

/** What a table loses that is made anew. */
export const rebuildRules: readonly Rule[] = [
    {
        id: "rebuild-loses-objects",
        group: "safe",
        level: "error",
        summary: "a rebuild that makes an index, or a trigger of a migration, not again",
        why: "They go with the old table in silence.",
        remedy: "make it again behind the rename; one that is no longer wanted is dropped by name before",
        *find({ before, after, structure, ...file }) {
            for (const { old, line } of findRebuilds({ before, after, structure, ...file })) {
                const dropped = structure.dropped.map((name) => name.toLowerCase());
                for (const [key, { name, type, table }] of before.parts) {
                    if (table !== old.name.toLowerCase() || after.parts.has(key) || dropped.includes(key)) continue;
                    yield { line, message: `makes '${old.name}' anew without its ${type} '${name}'` };
                }
            }
        },
    },
    {
        id: "rebuild-loses-rows",
        group: "safe",
        level: "error",
        summary: "a rebuild that does not copy the rows, or not each column into itself",
        why: "What is not copied is gone with the old table; by position, values land in the wrong column.",
        remedy: "INSERT INTO new (a, b) SELECT a, b FROM old, with every column by name",
        *find(file) {
            for (const { old, now, line, copies } of findRebuilds(file)) {
                if (copies === undefined) continue;
                if (copies.length === 0) yield { line, message: `makes '${old.name}' anew and copies no row into it` };
                for (const copy of copies) yield* judgeCopy(copy, old, now);
            }
        },
    },
    {
        id: "rebuild-loses-columns",
        group: "safe",
        level: "error",
        summary: "a rebuild without a column of the table",
        why: "Its values are gone, and an application that is still running fails.",
        remedy: "let the application do without it first, and allow it here with the reason",
        *find(file) {
            if (file.kind !== "do") return;
            for (const { old, now, line, copies } of findRebuilds(file)) {
                const kept = new Set(now.columns.map((column) => column.toLowerCase()));
                // One that is copied under another name has a new name.
                for (const copy of copies ?? []) {
                    const tokens = findRowCopy(copy)?.values.flat() ?? copy.tokens;
                    for (const token of tokens) kept.add(readName(token).toLowerCase());
                }
                for (const column of old.columns) {
                    if (kept.has(column.toLowerCase())) continue;
                    yield { line, message: `makes '${old.name}' anew without its column '${column}'` };
                }
            }
        },
    },
    {
        id: "rebuild-loses-rules",
        group: "safe",
        level: "warning",
        summary: "a rebuild without a foreign key, a UNIQUE or the AUTOINCREMENT that the table had",
        why: "From then on wrong rows get in, or ids of deleted rows are given again.",
        remedy: "take it over into the new definition, or allow it with the reason",
        *find(file) {
            if (file.kind !== "do") return;
            for (const { old, now, line } of findRebuilds(file)) {
                const counts = ({ statement }: KnownTable): boolean =>
                    statement.tokens.some((token) => isKeyword(token, "AUTOINCREMENT"));
                if (counts(old) && !counts(now))
                    yield { line, message: `makes '${old.name}' anew without AUTOINCREMENT` };
                const has = (table: KnownTable, columns: UniqueColumns): boolean =>
                    columns.every((column) => table.columns.some((other) => other.toLowerCase() === column));
                const kept = [...findUniques(now.statement), ...findUniqueParts(file.after, now.name)];
                for (const columns of findUniques(old.statement)) {
                    // Of a column with another name the rows are not told apart here.
                    if (isImplied(columns, kept) || !has(old, columns) || !has(now, columns)) continue;
                    yield { line, message: `makes '${old.name}' anew without UNIQUE (${columns.join(", ")})` };
                }
                for (const { table } of old.references) {
                    if (now.references.some((other) => other.table === table)) continue;
                    yield { line, message: `makes '${old.name}' anew without its foreign key to '${table}'` };
                }
            }
        },
    },
];

/** A table that a file makes anew. */
export interface Rebuild {
    readonly old: KnownTable;
    readonly now: KnownTable;
    /** Where the old table is dropped. */
    readonly line: number;
    /** The statements that fill the new table from the old one; undefined where it is not made by a rename. */
    readonly copies: readonly LintStatement[] | undefined;
}

/** The tables that a file makes anew. */
export function* findRebuilds(
    file: Pick<LintFile, "structure" | "before" | "after" | "statements">,
): Generator<Rebuild> {
    for (const name of file.structure.rebuilt) {
        const key = name.toLowerCase();
        const old = file.before.tables.get(key);
        const now = file.after.tables.get(key);
        const drop = file.statements.find(({ fact }) => fact.does === "drop" && fact.name.toLowerCase() === key);
        if (!old || !now || !drop) continue;
        const made = file.statements.flatMap(({ fact }) =>
            fact.does === "rename-table" && fact.to.toLowerCase() === key ? [fact.table.toLowerCase()] : [],
        );
        const copies = file.statements.filter(
            (statement) =>
                statement.fact.does === "write" &&
                statement.fact.table.toLowerCase() === made[0] &&
                // What is read from a subquery or a WITH clause, too, although it is not told what of it is copied.
                statement.tokens.some((token) => isKeyword(token, "SELECT")),
        );
        yield { old, now, line: drop.line, copies: made.length === 0 ? undefined : copies };
    }
}

function* judgeCopy(statement: LintStatement, old: KnownTable, now: KnownTable): Generator<Place> {
    const copy = findRowCopy(statement);
    if (!copy || copy.source.toLowerCase() !== old.name.toLowerCase()) return;
    const { line } = statement;
    const has = (table: KnownTable, column: string): boolean =>
        table.columns.some((other) => other.toLowerCase() === column.toLowerCase());
    if (!copy.columns || copy.values.some((value) => value.some(({ text }, at) => text === "*" && isStar(value, at)))) {
        yield { line, message: `copies the rows of '${old.name}' by position` };
        return;
    }
    for (const [at, column] of copy.columns.entries()) {
        const value = findPlainName(copy.values[at] ?? []);
        if (value === undefined || value.toLowerCase() === column.toLowerCase()) continue;
        if (!has(old, column) && !has(now, value)) continue;
        yield { line, message: `copies '${value}' into '${column}'` };
    }
    const listed = new Set(copy.columns.map((column) => column.toLowerCase()));
    for (const column of now.columns) {
        if (!has(old, column) || listed.has(column.toLowerCase()) || isGenerated(now, column)) continue;
        yield { line, message: `does not copy '${column}'` };
    }
}

function isStar(value: readonly Token[], at: number): boolean {
    return at === value.length - 1 && (at === 0 || value[at - 1]?.text === "." || value[at - 1]?.text === "DISTINCT");
}

// `a` or `t.a`, with or without an alias.
function findPlainName(value: readonly Token[]): string | undefined {
    const [first, dot, second] = value;
    const end = dot?.text === "." ? 3 : 1;
    const token = end === 3 ? second : first;
    const rest = value.slice(end);
    const isPlain = rest.length === 0 || (rest.length === 2 && isKeyword(rest[0], "AS"));
    return isPlain && token && (token.kind === "word" || token.kind === "name") ? readName(token) : undefined;
}

function isGenerated({ statement }: KnownTable, column: string): boolean {
    const { tokens } = statement;
    const at = tokens.findIndex(
        (token) => token.kind !== "string" && readName(token).toLowerCase() === column.toLowerCase(),
    );
    const end = tokens.findIndex((token, index) => index > at && token.text === ",");
    const definition = tokens.slice(at, end === -1 ? undefined : end);
    return definition.some((token, index) => isKeyword(token, "AS") && definition[index + 1]?.text === "(");
}
