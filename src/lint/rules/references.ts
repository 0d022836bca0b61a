import { keyAdvice } from "../../planning/guards.ts";
import type { KnownTable } from "../../schema/known-schema.ts";
import { findAddedColumn } from "../../sql/alter-table.ts";
import { readTableDefinition } from "../../sql/create-table.ts";
import { isSameName } from "../../sql/names.ts";
import { writeName } from "../../sql/quoting.ts";
import { readAllTokens } from "../../sql/statements.ts";
import { suggest } from "../../text/similar.ts";
import type { LintFile } from "../files.ts";
import { defineRules, type Place } from "../rule.ts";
import { findUniques, leadsIndex } from "../uniques.ts";

export const referenceRules = defineRules("safe", [
    {
        id: "foreign-key-index",
        summary: "a foreign key that no index begins with, after all files",
        why: "Each delete or replace of a parent reads the whole table for rows that refer to it.",
        remedy: "add an index that begins with the column: here, or in a new migration if this one is applied",
        *find(file) {
            for (const { table, columns, parent, line } of findReferences(file)) {
                const [first = ""] = columns;
                if (leadsIndex(first, table, file.final)) continue;
                const index = `CREATE INDEX ${writeName(`idx_${table.name}_${first}`)} ON ${writeName(table.name)} (${writeName(first)})`;
                yield {
                    line,
                    message: `'${table.name}.${first}' refers to '${parent}', and no index begins with it`,
                    remedy: `add ${index}: here, or in a new migration if this one is applied`,
                };
            }
        },
    },
    {
        id: "foreign-key-parent",
        level: "error",
        summary:
            "a foreign key to a table that does not exist, to columns that are not a key, or to one of another type",
        why: "SQLite accepts the table, and later refuses every write to it, or every value.",
        remedy: "reference the primary key of an existing table, with a column of its type",
        *find(file) {
            for (const reference of findReferences(file)) yield* judgeParent(file, reference);
        },
    },
]);

type Reference = KnownTable["references"][number] & { readonly table: KnownTable; readonly line: number };

// The foreign keys that a migration declares and that are there after all files. ALTER TABLE adds its own behind those of
// CREATE TABLE, and none can be dropped.
function* findReferences({ kind, path, statements, final }: LintFile): Generator<Reference> {
    if (kind !== "do") return;
    const added = statements.flatMap((statement) => {
        const column = statement.fact.does === "alter" ? findAddedColumn(statement) : undefined;
        return column ? [{ name: column.name, line: statement.line, table: findLast(statement.fact, final) }] : [];
    });
    for (const table of final.tables.values()) {
        const declared = readTableDefinition(readAllTokens(table.statement));
        for (const [at, reference] of table.references.entries()) {
            const [first = ""] = declared.references[at]?.columns ?? reference.columns;
            const isOwn = ({ name }: { name: string }): boolean => isSameName(name, first);
            const column = at < declared.references.length ? declared.columns.find(isOwn) : undefined;
            const alter = added.find((item) => isOwn(item) && (item.table ?? table) === table);
            if (at < declared.references.length && table.path === path)
                yield { ...reference, table, line: column?.tokens[0]?.line ?? table.statement.line };
            else if (at >= declared.references.length && alter) yield { ...reference, table, line: alter.line };
        }
    }
}

// Undefined for a table that was renamed later.
function findLast(fact: LintFile["statements"][number]["fact"], { tables }: LintFile["final"]): KnownTable | undefined {
    return fact.does === "alter" ? tables.get(fact.table.toLowerCase()) : undefined;
}

function* judgeParent({ final }: LintFile, reference: Reference): Generator<Place> {
    const { table, columns, parent: name, parentColumns, line } = reference;
    const child = `'${table.name}.${columns.join(", ")}'`;
    const parent = final.tables.get(name.toLowerCase());
    if (!parent) {
        const names = [...final.tables.values()].map((other) => other.name);
        const message = `${child} refers to the table '${name}', which does not exist${suggest(name, names)}`;
        yield {
            line,
            message,
            remedy: "correct the name, or create the table; if this file is applied, rebuild the table",
        };
        return;
    }
    const primary = parent.uniques.find(({ isPrimaryKey }) => isPrimaryKey)?.columns ?? [];
    const key = parentColumns.length > 0 ? parentColumns : primary;
    if (key.length !== columns.length || !findUniques(parent, final).some((unique) => isSameKey(unique, key))) {
        const message = `${child} refers to '${[parent.name, ...key].join(".")}', which is not a key`;
        yield { line, message, remedy: keyAdvice };
        return;
    }
    for (const [at, column] of columns.entries()) {
        const [own, other] = [typeOf(table, column), typeOf(parent, key[at] ?? "")];
        if (!table.isStrict || own === undefined || other === undefined || own === other) continue;
        yield {
            line,
            message: `'${table.name}.${column}' is ${own}, and refers to '${parent.name}.${key[at]}', which is ${other}`,
            remedy: `make '${column}' ${other} before this file is applied; after that, rebuild the table`,
        };
    }
}

function isSameKey(unique: readonly string[], key: readonly string[]): boolean {
    return unique.length === key.length && unique.every((name) => key.some((other) => isSameName(name, other)));
}

// Undefined for a type that STRICT does not know, and for ANY, which holds each.
function typeOf({ columns }: KnownTable, name: string): string | undefined {
    const type = columns.find((column) => isSameName(column.name, name))?.type;
    if (type === "INT") return "INTEGER";
    return type !== undefined && /^(INTEGER|REAL|TEXT|BLOB)$/.test(type) ? type : undefined;
}
