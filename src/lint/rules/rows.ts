import { isKeyword, readName, type Token } from "../../sql/lexer.ts";
import { readFact } from "../../sql/statement-facts.ts";
import type { Statement } from "../../sql/statements.ts";
import { choosesRows, findRowCopy, findVerb, hasClause } from "../clauses.ts";
import type { LintFile } from "../files.ts";
import type { KnownSchema, KnownTable } from "../known-schema.ts";
import type { Rule } from "../rule.ts";
import { findUniqueParts, findUniques, isImplied } from "../uniques.ts";
import { findRebuilds } from "./rebuilding.ts";

const losing = /^(CASCADE|SET NULL|SET DEFAULT|RESTRICT)$/;

/** What meets rows that are there, as they are in production and not in a fresh database. */
export const rowRules: readonly Rule[] = [
    {
        id: "no-where",
        group: "safe",
        level: "error",
        summary: "DELETE or UPDATE without WHERE, or with one that is always true, of a table that earlier files made",
        why: "It meets every row, in one statement that others wait for.",
        remedy: "say which rows; where it is meant for all of them, allow it with the reason",
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
        group: "safe",
        level: "error",
        summary: "ADD COLUMN … NOT NULL without a default",
        why: "It works in an empty database and fails where there are rows.",
        remedy: "give it a constant default; or add it without NOT NULL, fill it, and rebuild the table",
        *find(file) {
            for (const { table, column, definition, line } of findAdded(file)) {
                if (!has(definition, "NOT", "NULL") || hasDefault(definition) || isGenerated(definition)) continue;
                yield { line, message: `'${table}.${column}' is NOT NULL, and rows that are there have no value` };
            }
        },
    },
    {
        id: "add-column-default",
        group: "safe",
        level: "error",
        summary: "ADD COLUMN with a computed default, REFERENCES with a default, STORED, UNIQUE or PRIMARY KEY",
        why: "It fails where there are rows; UNIQUE and PRIMARY KEY fail in an empty database, too.",
        remedy: "add it without that; fill it, and rebuild the table with the definition that is meant",
        *find(file) {
            for (const { table, column, definition, line } of findAdded(file)) {
                const why = findRefusedDefault(definition);
                if (why !== undefined) yield { line, message: `'${table}.${column}' ${why}` };
            }
        },
    },
    {
        id: "unique-over-rows",
        group: "safe",
        level: "warning",
        summary: "a new unique index, or UNIQUE in a rebuild, over a table that earlier files made",
        why: "It fails, and the deploy with it, where two rows are equal already.",
        remedy: "count the doubles first (SELECT … GROUP BY … HAVING count(*) > 1), and allow it with what was found",
        *find(file) {
            const { kind, statements, before } = file;
            if (kind !== "do") return;
            for (const { old, now } of findRebuilds(file)) {
                const known = [...findUniques(old.statement), ...findUniqueParts(before, old.name)];
                for (const columns of findUniques(now.statement)) {
                    if (isImplied(columns, known)) continue;
                    const line = now.statement.line;
                    yield { line, message: `UNIQUE (${columns.join(", ")}) demands that rows of '${old.name}' differ` };
                }
            }
            for (const { fact, tokens, line } of statements) {
                if (fact.does !== "create" || fact.type !== "index" || !isKeyword(tokens[1], "UNIQUE")) continue;
                const isNew = !before.parts.has(fact.name.toLowerCase());
                if (!isNew || !before.tables.has(fact.table.toLowerCase())) continue;
                yield { line, message: `'${fact.name}' demands that rows of '${fact.table}' differ` };
            }
        },
    },
    {
        id: "whole-table",
        group: "safe",
        level: "warning",
        summary: "INSERT … SELECT of a whole table that earlier files made, unless the table is made anew",
        why: "A server ends a transaction after 5 seconds when others wait, so a large table may never get through.",
        remedy: "copy it in batches: see 'Moving many rows' in migrations/README.md",
        *find({ kind, statements, before, structure }) {
            if (kind !== "do" && kind !== "undo") return;
            for (const statement of statements) {
                const source = findRowCopy(statement)?.source;
                if (source === undefined || choosesRows(statement) || hasClause(statement, "LIMIT")) continue;
                const known = before.tables.get(source.toLowerCase());
                const isRebuilt = structure.rebuilt.some((table) => table.toLowerCase() === source.toLowerCase());
                if (!known || isRebuilt || hasOneRow(known)) continue;
                yield { line: statement.line, message: `reads every row of '${source}' in one statement` };
            }
        },
    },
    {
        id: "replace-with-children",
        group: "safe",
        level: "error",
        summary: "INSERT OR REPLACE into a table whose children have a delete action",
        why: "A replace is a delete: it takes the children's rows, or their references, along, and fires no delete trigger.",
        remedy: "use INSERT … ON CONFLICT … DO UPDATE",
        *find({ statements, before }) {
            for (const part of statements.flatMap(({ parts }) => parts)) {
                const fact = readFact(part);
                if (fact.does !== "write" || !isReplace(part)) continue;
                const children = findChildren(before, fact.table);
                if (children.length === 0) continue;
                yield {
                    line: part.line,
                    message: `replaces rows of '${fact.table}', with the children ${children.join(", ")}`,
                };
            }
        },
    },
];

// Whether a CHECK (column = number) of the primary key lets a table have one row only.
function hasOneRow({ statement }: KnownTable): boolean {
    const { tokens } = statement;
    const keys = findUniques(statement);
    return tokens.some((token, at) => {
        const column = tokens[at + 2];
        return (
            isKeyword(token, "CHECK") &&
            tokens[at + 3]?.text === "=" &&
            tokens[at + 4]?.kind === "number" &&
            tokens[at + 5]?.text === ")" &&
            column !== undefined &&
            keys.some((columns) => columns.length === 1 && columns[0] === readName(column).toLowerCase())
        );
    });
}

interface AddedColumn {
    readonly table: string;
    readonly column: string;
    readonly definition: readonly Token[];
    readonly line: number;
}

function* findAdded({ kind, statements, before }: LintFile): Generator<AddedColumn> {
    if (kind !== "do") return;
    for (const { fact, tokens, line } of statements) {
        if (fact.does !== "alter" || fact.action !== "add" || !before.tables.has(fact.table.toLowerCase())) continue;
        const add = tokens.findIndex((token) => isKeyword(token, "ADD"));
        const definition = tokens.slice(isKeyword(tokens[add + 1], "COLUMN") ? add + 2 : add + 1);
        const [name] = definition;
        if (name) yield { table: fact.table, column: readName(name), definition, line };
    }
}

function has(tokens: readonly Token[], ...words: readonly string[]): boolean {
    return tokens.some((_, at) => words.every((word, index) => isKeyword(tokens[at + index], word)));
}

function hasDefault(definition: readonly Token[]): boolean {
    const at = definition.findIndex((token) => isKeyword(token, "DEFAULT"));
    return at !== -1 && !isKeyword(definition[at + 1], "NULL");
}

function findRefusedDefault(definition: readonly Token[]): string | undefined {
    if (has(definition, "STORED")) return "is STORED";
    if (has(definition, "UNIQUE")) return "is UNIQUE";
    if (has(definition, "PRIMARY", "KEY")) return "is a PRIMARY KEY";
    const at = definition.findIndex((token) => isKeyword(token, "DEFAULT"));
    if (at === -1) return undefined;
    const value = definition.slice(at + 1);
    if (/^CURRENT_(TIME|DATE|TIMESTAMP)$/i.test(value[0]?.text ?? "")) return "has a default that is computed";
    if (value[0]?.text === "(" && !isLiteral(value)) return "has a default that is computed";
    return has(definition, "REFERENCES") && hasDefault(definition) ? "points to a table, and has a default" : undefined;
}

// In parentheses a literal, its sign or its CAST is none that is computed; (1 + 1) is one (tried).
function isLiteral(value: readonly Token[]): boolean {
    const close = value.findIndex((_, at) => at > 0 && isClosed(value.slice(0, at + 1)));
    const inside = value.slice(1, close).filter(({ text }) => !/^[()+-]$/.test(text));
    const [first, ...rest] = isKeyword(inside[0], "CAST") ? inside.slice(1) : inside;
    const isConstant = first && (/^(string|number)$/.test(first.kind) || /^(TRUE|FALSE|NULL)$/i.test(first.text));
    return isConstant === true && (rest.length === 0 || isKeyword(rest[0], "AS"));
}

function isClosed(tokens: readonly Token[]): boolean {
    const count = (sign: string): number => tokens.filter(({ text }) => text === sign).length;
    return count("(") === count(")");
}

function isGenerated(definition: readonly Token[]): boolean {
    return definition.some((token, at) => isKeyword(token, "AS") && definition[at + 1]?.text === "(");
}

function isReplace(part: Statement): boolean {
    const verb = findVerb(part);
    if (verb === "REPLACE") return true;
    return verb === "INSERT" && hasClause(part, "OR", "REPLACE");
}

function findChildren({ tables }: KnownSchema, parent: string): string[] {
    return [...tables.values()].flatMap(({ name, references }) =>
        references.some(({ table, onDelete }) => table === parent.toLowerCase() && losing.test(onDelete)) ? [name] : [],
    );
}
