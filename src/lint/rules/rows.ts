import type { KnownSchema, KnownTable } from "../../schema/known-schema.ts";
import { findAddedColumn, findAddObstacle, hasDefaultValue } from "../../sql/alter-table.ts";
import type { ColumnDefinition } from "../../sql/create-table.ts";
import { isKeyword, readName } from "../../sql/lexer.ts";
import { isSameName } from "../../sql/names.ts";
import { readFact } from "../../sql/statement-facts.ts";
import type { Statement } from "../../sql/statements.ts";
import { choosesRows, findRowCopy, findVerb, hasClause } from "../clauses.ts";
import type { LintFile } from "../files.ts";
import { defineRules } from "../rule.ts";
import { findUniques, isImplied } from "../uniques.ts";
import { findRebuilds } from "./rebuilding.ts";

const losing = /^(CASCADE|SET NULL|SET DEFAULT|RESTRICT)$/;

/** Rules for existing rows, which production has and a fresh database lacks. */
export const rowRules = defineRules("safe", [
    {
        id: "no-where",
        level: "error",
        summary:
            "DELETE or UPDATE without WHERE, or with one that is always true, of a table that earlier files created",
        why: "One statement changes every row while others wait.",
        remedy: "say which rows; if all of them are meant, allow it with the reason",
        *find({ statements, before }) {
            for (const part of statements.flatMap(({ parts }) => parts)) {
                const verb = findVerb(part);
                const fact = readFact(part);
                if ((verb !== "DELETE" && verb !== "UPDATE") || fact.does !== "write") continue;
                const known = before.tables.get(fact.table.toLowerCase());
                if (!known || choosesRows(part) || hasOneRow(known)) continue;
                yield { line: part.line, message: `${verb} of every row of '${fact.table}'` };
            }
        },
    },
    {
        id: "not-null-without-default",
        level: "error",
        summary: "ADD COLUMN … NOT NULL without a default",
        why: "It works in an empty database and fails where there are rows.",
        remedy: "add a constant default; or add it without NOT NULL, fill it, and rebuild the table",
        *find(file) {
            for (const { name, column, line } of findAdded(file)) {
                if (!column.notNull || hasDefaultValue(column) || column.generated) continue;
                yield { line, message: `'${name}' is NOT NULL, and existing rows have no value` };
            }
        },
    },
    {
        id: "add-column-default",
        level: "error",
        summary: "ADD COLUMN with a computed default, REFERENCES with a default, STORED, UNIQUE or PRIMARY KEY",
        why: "It fails where there are rows; UNIQUE and PRIMARY KEY also fail in an empty database.",
        remedy: "add it without that, fill it, and rebuild the table with the wanted definition",
        *find(file) {
            for (const { name, column, line } of findAdded(file)) {
                const why = findAddObstacle(column);
                if (why !== undefined) yield { line, message: `'${name}' ${why}` };
            }
        },
    },
    {
        id: "unique-over-rows",
        summary: "a new unique index, or UNIQUE in a rebuild, on a table that earlier files created",
        why: "It fails, and the deploy with it, if there are duplicates.",
        remedy: "count duplicates first (SELECT … GROUP BY … HAVING count(*) > 1), and allow it with the result",
        *find(file) {
            const { kind, statements, before } = file;
            if (kind !== "do") return;
            for (const { old, now } of findRebuilds(file)) {
                const known = findUniques(old, before);
                for (const { columns } of now.uniques) {
                    if (isImplied(columns, known)) continue;
                    const line = now.statement.line;
                    yield { line, message: `UNIQUE (${columns.join(", ")}) fails on duplicates in '${old.name}'` };
                }
            }
            for (const { fact, tokens, line } of statements) {
                if (fact.does !== "create" || fact.type !== "index" || !isKeyword(tokens[1], "UNIQUE")) continue;
                const isNew = !before.parts.has(fact.name.toLowerCase());
                if (!isNew || !before.tables.has(fact.table.toLowerCase())) continue;
                yield { line, message: `'${fact.name}' fails on duplicates in '${fact.table}'` };
            }
        },
    },
    {
        id: "whole-table",
        summary: "INSERT … SELECT of a whole table that earlier files created, unless the file rebuilds the table",
        why: "A server ends a transaction after 5 seconds when others wait, so that a large table may never be copied.",
        remedy: "copy it in batches: see 'Moving many rows' in migrations/README.md",
        *find({ kind, statements, before, structure }) {
            if (kind !== "do" && kind !== "undo") return;
            for (const statement of statements) {
                const source = findRowCopy(statement)?.source;
                if (source === undefined || choosesRows(statement) || hasClause(statement, "LIMIT")) continue;
                const known = before.tables.get(source.toLowerCase());
                const isRebuilt = structure.rebuilt.some((table) => isSameName(table, source));
                if (!known || isRebuilt || hasOneRow(known)) continue;
                yield { line: statement.line, message: `reads every row of '${source}' in one statement` };
            }
        },
    },
    {
        id: "replace-with-children",
        level: "error",
        summary: "INSERT OR REPLACE into a table whose children have a delete action",
        why: "A replace deletes: also the rows or references of children, and without firing delete triggers.",
        remedy: "use INSERT … ON CONFLICT … DO UPDATE",
        *find({ statements, before }) {
            for (const part of statements.flatMap(({ parts }) => parts)) {
                const fact = readFact(part);
                if (fact.does !== "write" || !isReplace(part)) continue;
                const children = findChildren(before, fact.table);
                if (children.length === 0) continue;
                const message = `replaces rows of '${fact.table}', which has the children ${children.join(", ")}`;
                yield { line: part.line, message };
            }
        },
    },
]);

// Whether a CHECK (column = number) on the primary key allows only one row.
function hasOneRow({ checks, uniques }: KnownTable): boolean {
    return checks.some(({ tokens: [column, sign, value, ...rest] }) => {
        if (!column || sign?.text !== "=" || value?.kind !== "number" || rest.length > 0) return false;
        return uniques.some(({ columns: [key, second] }) => key && !second && isSameName(key, readName(column)));
    });
}

interface AddedColumn {
    readonly name: string;
    readonly column: ColumnDefinition;
    readonly line: number;
}

function* findAdded({ kind, statements, before }: LintFile): Generator<AddedColumn> {
    if (kind !== "do") return;
    for (const statement of statements) {
        const { fact, line } = statement;
        if (fact.does !== "alter" || !before.tables.has(fact.table.toLowerCase())) continue;
        const column = findAddedColumn(statement);
        if (column) yield { name: `${fact.table}.${column.name}`, column, line };
    }
}

function isReplace(part: Statement): boolean {
    const verb = findVerb(part);
    return verb === "REPLACE" || (verb === "INSERT" && hasClause(part, "OR", "REPLACE"));
}

function findChildren({ tables }: KnownSchema, parent: string): string[] {
    return [...tables.values()].flatMap(({ name, references }) =>
        references.some((key) => isSameName(key.parent, parent) && losing.test(key.onDelete)) ? [name] : [],
    );
}
