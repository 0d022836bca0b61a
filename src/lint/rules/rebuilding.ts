import { findPlaceBefore } from "../../planning/judging/moves.ts";
import type { KnownTable } from "../../schema/known-schema.ts";
import { isKeyword, readName, type Token } from "../../sql/lexer.ts";
import { isSameName } from "../../sql/names.ts";
import { findRowCopy, findSelection, findVerb } from "../clauses.ts";
import type { LintFile, LintStatement } from "../files.ts";
import { defineRules, type Place } from "../rule.ts";
import { findUniques, isImplied } from "../uniques.ts";

export const rebuildRules = defineRules("safe", [
    {
        id: "rebuild-loses-objects",
        level: "error",
        summary: "a rebuild that does not create an index, or a trigger of a migration, again",
        why: "They are silently dropped with the old table.",
        remedy: "create it again after the rename, or drop it by name first, if it is no longer wanted",
        *find(file) {
            const { before, after, structure } = file;
            for (const { old, line } of findRebuilds(file)) {
                const dropped = structure.dropped.map((name) => name.toLowerCase());
                for (const [key, { name, type, table }] of before.parts) {
                    if (!isSameName(table, old.name) || after.parts.has(key) || dropped.includes(key)) continue;
                    yield { line, message: `rebuilds '${old.name}' without its ${type} '${name}'` };
                }
            }
        },
    },
    {
        id: "rebuild-loses-rows",
        level: "error",
        summary: "a rebuild that does not copy the rows, or not each column into itself",
        why: "What is not copied is lost with the old table; by position, values end up in the wrong column.",
        remedy: "INSERT INTO new (a, b) SELECT a, b FROM old, with every column by name",
        *find(file) {
            for (const { old, now, line, copies } of findRebuilds(file)) {
                if (copies === undefined) continue;
                if (copies.length === 0) yield { line, message: `rebuilds '${old.name}' without copying its rows` };
                for (const copy of copies) yield* judgeCopy(copy, old, now);
            }
        },
    },
    {
        id: "rebuild-drops-rows",
        level: "error",
        summary: "a rebuild that deletes rows, or whose copy leaves some out by WHERE, a join or the like",
        why: "It works in an empty database; where there are such rows, the deploy refuses it, because a rebuild must keep each.",
        remedy: "delete the rows in a migration of its own right before this one, and copy all rows here",
        *find(file) {
            if (file.kind !== "do") return;
            const remedy = adviseOnRows(file);
            for (const { old, temporaryName = "", copies = [] } of findRebuilds(file)) {
                for (const statement of file.statements) {
                    const { fact, line } = statement;
                    const isOwn =
                        fact.does === "write" && [old.name, temporaryName].some((name) => isSameName(fact.table, name));
                    if (isOwn && findVerb(statement) === "DELETE")
                        yield { line, message: `deletes rows of '${old.name}' in the file that rebuilds it`, remedy };
                }
                // Several may share the rows out among them.
                const [copy, second] = copies;
                if (!copy || second || !isSameName(findRowCopy(copy)?.source ?? "", old.name)) continue;
                const words = findSelection(copy);
                if (words !== undefined)
                    yield {
                        line: copy.line,
                        message: `copies the rows of '${old.name}' with ${words}, which may leave some out`,
                        remedy,
                    };
            }
        },
    },
    {
        id: "rebuild-loses-columns",
        level: "error",
        summary: "a rebuild without a column of the table",
        why: "Its values are lost, and a running application fails.",
        remedy: "stop using it in the application first, and allow it here with the reason",
        *find(file) {
            if (file.kind !== "do") return;
            for (const { old, now, line, copies } of findRebuilds(file)) {
                const kept = new Set(now.columns.map(({ name }) => name.toLowerCase()));
                // A column that is copied under another name was renamed.
                for (const copy of copies ?? []) {
                    const tokens = findRowCopy(copy)?.values.flat() ?? copy.tokens;
                    for (const token of tokens) kept.add(readName(token).toLowerCase());
                }
                for (const { name } of old.columns) {
                    if (kept.has(name.toLowerCase())) continue;
                    yield { line, message: `rebuilds '${old.name}' without its column '${name}'` };
                }
            }
        },
    },
    {
        id: "rebuild-loses-rules",
        summary: "a rebuild without a foreign key, a UNIQUE or the AUTOINCREMENT that the table had",
        why: "From then on, the table accepts wrong rows, or reuses ids of deleted rows.",
        remedy: "add it to the new definition, or allow it with the reason",
        *find(file) {
            if (file.kind !== "do") return;
            for (const { old, now, line } of findRebuilds(file)) {
                if (old.isAutoincrement && !now.isAutoincrement)
                    yield { line, message: `rebuilds '${old.name}' without AUTOINCREMENT` };
                const kept = findUniques(now, file.after);
                for (const { columns } of old.uniques) {
                    // A renamed column cannot be followed.
                    const isKnown = columns.every((column) => hasColumn(old, column) && hasColumn(now, column));
                    if (isImplied(columns, kept) || !isKnown) continue;
                    yield { line, message: `rebuilds '${old.name}' without UNIQUE (${columns.join(", ")})` };
                }
                for (const { parent } of old.references) {
                    if (now.references.some((other) => isSameName(other.parent, parent))) continue;
                    yield { line, message: `rebuilds '${old.name}' without its foreign key to '${parent}'` };
                }
            }
        },
    },
]);

interface Rebuild {
    readonly old: KnownTable;
    readonly now: KnownTable;
    readonly line: number;
    /** The name of the new table until it replaces the old one; undefined where no rename creates it. */
    readonly temporaryName: string | undefined;
    /** The statements that fill the new table; undefined where no rename creates it. */
    readonly copies: readonly LintStatement[] | undefined;
}

/** Finds the tables that a file rebuilds. */
export function* findRebuilds(
    file: Pick<LintFile, "structure" | "before" | "after" | "statements">,
): Generator<Rebuild> {
    for (const name of file.structure.rebuilt) {
        const key = name.toLowerCase();
        const old = file.before.tables.get(key);
        const now = file.after.tables.get(key);
        const drop = file.statements.find(({ fact }) => fact.does === "drop" && isSameName(fact.name, key));
        if (!old || !now || !drop) continue;
        const made = file.statements.flatMap(({ fact }) =>
            fact.does === "rename-table" && isSameName(fact.to, key) ? [fact.table.toLowerCase()] : [],
        );
        const copies = file.statements.filter(
            (statement) =>
                statement.fact.does === "write" &&
                isSameName(statement.fact.table, made[0] ?? "") &&
                // Also from a subquery or a WITH clause, although it is unknown what they copy.
                statement.tokens.some((token) => isKeyword(token, "SELECT")),
        );
        yield { old, now, line: drop.line, temporaryName: made[0], copies: made.length === 0 ? undefined : copies };
    }
}

function* judgeCopy(statement: LintStatement, old: KnownTable, now: KnownTable): Generator<Place> {
    const copy = findRowCopy(statement);
    if (!copy || !isSameName(copy.source, old.name)) return;
    const { line } = statement;
    if (!copy.columns || copy.values.some((value) => value.some(({ text }, at) => text === "*" && isStar(value, at)))) {
        yield { line, message: `copies the rows of '${old.name}' by position` };
        return;
    }
    for (const [at, column] of copy.columns.entries()) {
        const { name: value, of } = findPlainName(copy.values[at] ?? []) ?? {};
        if (value === undefined || isSameName(value, column)) continue;
        // The column of a joined table is computed from the row, not shifted.
        if (of === undefined ? copy.isJoined && !hasColumn(old, value) : !isSameName(of, copy.alias)) continue;
        if (!hasColumn(old, column) && !hasColumn(now, value)) continue;
        yield { line, message: `copies '${value}' into '${column}'` };
    }
    const listed = new Set(copy.columns.map((column) => column.toLowerCase()));
    for (const { name, generated } of now.columns) {
        if (!hasColumn(old, name) || listed.has(name.toLowerCase()) || generated) continue;
        yield { line, message: `does not copy '${name}'` };
    }
}

function isStar(value: readonly Token[], at: number): boolean {
    return at === value.length - 1 && (at === 0 || value[at - 1]?.text === "." || value[at - 1]?.text === "DISTINCT");
}

// `a` or `t.a`, with or without an alias.
function findPlainName(value: readonly Token[]): { name: string; of: string | undefined } | undefined {
    const [first, dot, second] = value;
    const end = dot?.text === "." ? 3 : 1;
    const token = end === 3 ? second : first;
    const rest = value.slice(end);
    const isPlain = rest.length === 0 || (rest.length === 2 && isKeyword(rest[0], "AS"));
    if (!isPlain || !first || !token || (token.kind !== "word" && token.kind !== "name")) return undefined;
    return { name: readName(token), of: end === 3 ? readName(first) : undefined };
}

function hasColumn({ columns }: KnownTable, column: string): boolean {
    return columns.some(({ name }) => isSameName(name, column));
}

function adviseOnRows({ path, siblings }: LintFile): string {
    const own = siblings.find((file) => file.path === path);
    if (!own) return "delete the rows in a migration before this one, and copy all rows here";
    const before = findPlaceBefore(own, siblings);
    const first = before.makeRoom === undefined ? "" : `\`${before.makeRoom}\` before these are applied anywhere; `;
    return `${first}delete the rows in ${before.path}, and copy all rows here`;
}
