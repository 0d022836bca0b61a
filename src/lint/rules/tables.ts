import { findAddedColumn } from "../../sql/alter-table.ts";
import { readTableDefinition, type TableDefinition } from "../../sql/create-table.ts";
import { isKeyword, readName, type Token } from "../../sql/lexer.ts";
import { isSameName } from "../../sql/names.ts";
import { readAllTokens } from "../../sql/statements.ts";
import { describeTable } from "../clauses.ts";
import type { LintFile, LintStatement } from "../files.ts";
import { defineRules } from "../rule.ts";

interface MadeTable {
    readonly name: string;
    readonly statement: LintStatement;
    readonly table: TableDefinition;
}

/** Finds the tables that a file creates, except those that a rebuild creates again unchanged. */
export function* findMadeTables(file: LintFile): Generator<MadeTable> {
    for (const statement of file.statements) {
        const { fact } = statement;
        if (fact.does !== "create" || fact.type !== "table" || isKeyword(statement.tokens[1], "VIRTUAL")) continue;
        const name = findLastName(file, fact.name);
        const old = file.before.tables.get(name.toLowerCase());
        const [now, before] = [statement, old?.statement].map((made) => made && describeTable(made, fact.name, name));
        if (now === before) continue;
        yield { name, statement, table: readTableDefinition(readAllTokens(statement)) };
    }
}

export const tableRules = defineRules("style", [
    {
        id: "strict",
        summary: "CREATE TABLE without STRICT",
        why: "Any column accepts any value: a text instead of a number is stored silently.",
        remedy: "end the statement with STRICT",
        *find(file) {
            for (const { name, statement, table } of findMadeTables(file)) {
                if (table.definitions.length === 0 || table.isStrict) continue;
                yield { line: statement.line, message: `'${name}' is not STRICT` };
            }
        },
    },
    {
        id: "column-type",
        group: "safe",
        summary: "a column of a table that is not STRICT, with a type that no database has",
        why: "SQLite takes every word there as a type, so that a misspelt NOT NULL, UNIQUE or REFERENCES is ignored.",
        remedy: "correct the word; if it is meant as a type, allow it with the reason",
        *find(file) {
            for (const { name, statement, table } of findMadeTables(file)) {
                if (table.isStrict) continue;
                for (const column of table.columns) {
                    if (isKnownType(column.type)) continue;
                    const line = column.tokens[1]?.line ?? statement.line;
                    yield { line, message: `'${name}.${column.name}' has the type '${column.type}'` };
                }
            }
            for (const statement of file.statements) {
                const { fact } = statement;
                const added = fact.does === "alter" ? findAddedColumn(statement) : undefined;
                const table = fact.does === "alter" ? file.after.tables.get(fact.table.toLowerCase()) : undefined;
                if (!added || table?.isStrict || isKnownType(added.type)) continue;
                yield { line: statement.line, message: `'${table?.name}.${added.name}' has the type '${added.type}'` };
            }
        },
    },
    {
        id: "without-rowid",
        summary: "CREATE TABLE … WITHOUT ROWID",
        why: "Full-text search needs rowids, and the new Turso engine refuses such tables.",
        remedy: "remove it",
        *find(file) {
            for (const { name, statement, table } of findMadeTables(file)) {
                if (!table.isWithoutRowid) continue;
                yield { line: statement.line, message: `'${name}' has no rowids` };
            }
        },
    },
    {
        id: "primary-key",
        summary: "CREATE TABLE without a primary key",
        why: "Its rows can neither be identified nor upserted.",
        remedy: "name the columns that identify a row",
        *find(file) {
            for (const { name, statement, table } of findMadeTables(file)) {
                if (table.definitions.length === 0 || table.uniques.some(({ isPrimaryKey }) => isPrimaryKey)) continue;
                yield { line: statement.line, message: `'${name}' has no primary key` };
            }
        },
    },
    {
        id: "check-name",
        summary: "a CHECK without a name, or whose name does not begin with that of the table",
        why: "The name is all that a user sees: CHECK constraint failed: users_username_is_not_empty.",
        remedy: "write CONSTRAINT <table>_<what is true> CHECK (…)",
        *find(file) {
            for (const { table, tokens } of findChecked(file)) {
                for (const [at, token] of tokens.entries()) {
                    if (!isKeyword(token, "CHECK") || tokens[at + 1]?.text !== "(") continue;
                    const name = isKeyword(tokens[at - 2], "CONSTRAINT")
                        ? readName(tokens[at - 1] as Token)
                        : undefined;
                    if (name === undefined) yield { line: token.line, message: `a CHECK of '${table}' has no name` };
                    else if (!name.toLowerCase().startsWith(`${table.toLowerCase()}_`))
                        yield { line: token.line, message: `the CHECK '${name}' does not begin with '${table}_'` };
                }
            }
        },
    },
    {
        id: "delete-action",
        summary: "ON DELETE or ON UPDATE with an action",
        why: "INSERT OR REPLACE deletes: each save of the parent would run the action on its children.",
        remedy: "remove the action, and write a BEFORE DELETE trigger on the parent",
        *find(file) {
            for (const { table, tokens } of findChecked(file)) {
                for (const [at, token] of tokens.entries()) {
                    const event = tokens[at + 1]?.text.toUpperCase();
                    if (!isKeyword(token, "ON") || (event !== "DELETE" && event !== "UPDATE")) continue;
                    if (isKeyword(tokens[at + 2], "NO")) continue;
                    const action = tokens.slice(at + 2, isKeyword(tokens[at + 2], "SET") ? at + 4 : at + 3);
                    const words = [`ON ${event}`, ...action.map(({ text }) => text.toUpperCase())].join(" ");
                    yield { line: token.line, message: `'${table}' has ${words}` };
                }
            }
        },
    },
]);

// The words of types in SQLite, PostgreSQL, MySQL and SQL Server, and of vectors.
const typeWord = new RegExp(
    "^((BIG|SMALL|MEDIUM|TINY)?INT(EGER)?[248]?|UNSIGNED|SIGNED|(BIG|SMALL)?SERIAL|TEXT|(TINY|MEDIUM|LONG)(TEXT|BLOB)|N?(VAR)?CHAR2?|" +
        "CHARACTER|VARYING|NATIVE|BIG|STRING|N?CLOB|BLOB|BYTEA|(VAR)?BINARY|REAL|DOUBLE|PRECISION|FLOAT[0-9]*|NUMERIC|NUMBER|" +
        "DEC(IMAL)?|MONEY|BOOL(EAN)?|BIT|DATE|TIME|DATETIME2?|TIMESTAMP(TZ)?|TIMETZ|YEAR|INTERVAL|ZONE|WITH|WITHOUT|JSONB?|XML|" +
        "UUID|GUID|UNIQUEIDENTIFIER|ANY|VECTOR|F(LOAT)?(64|32|16|8)(_BLOB)?|FB16(_BLOB)?|FLOATB16(_BLOB)?|F1BIT(_BLOB)?|FLOAT1BIT(_BLOB)?)$",
    "i",
);

function isKnownType(type: string): boolean {
    const words = type.replace(/\([^)]*\)/g, " ").split(/\s+/);
    return words.every((word) => word === "" || typeWord.test(word));
}

// The tokens of all definitions of new tables and of added columns.
function* findChecked(file: LintFile): Generator<{ table: string; tokens: readonly Token[] }> {
    for (const { name, table } of findMadeTables(file)) {
        for (const { tokens } of table.definitions) yield { table: name, tokens };
    }
    for (const { fact, tokens } of file.statements) {
        if (fact.does === "alter" && fact.action === "add") yield { table: fact.table, tokens };
    }
}

// The name of a table at the end of the file.
function findLastName({ statements }: LintFile, name: string): string {
    return statements.reduce(
        (last, { fact }) => (fact.does === "rename-table" && isSameName(fact.table, last) ? fact.to : last),
        name,
    );
}
