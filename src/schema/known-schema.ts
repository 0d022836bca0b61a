import { alterTable } from "../sql/alter-table.ts";
import { readTableDefinition, type TableDefinition } from "../sql/create-table.ts";
import { isKeyword, readName } from "../sql/lexer.ts";
import { isSameName } from "../sql/names.ts";
import { findCreated, readFact, type StatementFact } from "../sql/statement-facts.ts";
import { readAllTokens, type Statement, splitStatements } from "../sql/statements.ts";
import type { SchemaRow } from "./row.ts";

export interface KnownTable extends TableDefinition {
    readonly statement: Statement;
    /** The file with that statement. */
    readonly path: string;
    /** Whether an ALTER TABLE changed its columns later. */
    readonly altered: boolean;
}

interface KnownPart {
    readonly name: string;
    readonly type: "index" | "trigger";
    readonly table: string;
    readonly statement: Statement;
}

/** The schema after some migrations, by names in lower case. */
export interface KnownSchema {
    readonly tables: ReadonlyMap<string, KnownTable>;
    readonly parts: ReadonlyMap<string, KnownPart>;
}

export const emptySchema: KnownSchema = { tables: new Map(), parts: new Map() };

/** Returns the schema after more statements. Pure; what it cannot follow is left out. */
export function followStatements(before: KnownSchema, path: string, statements: readonly Statement[]): KnownSchema {
    const tables = new Map(before.tables);
    const parts = new Map(before.parts);
    const drop = (table: string): void => {
        tables.delete(table);
        for (const [key, part] of parts) if (part.table === table) parts.delete(key);
    };
    for (const statement of statements) {
        const fact = readFact(statement);
        if (fact.does === "create" && isThere(statement, fact.name, fact.type === "table" ? tables : parts)) continue;
        if (fact.does === "create" && fact.type === "table") {
            const table = readTableDefinition(readAllTokens(statement));
            tables.set(fact.name.toLowerCase(), { ...table, statement, path, altered: false });
        } else if (fact.does === "create" && (fact.type === "index" || fact.type === "trigger")) {
            const table = fact.table.toLowerCase();
            parts.set(fact.name.toLowerCase(), { name: fact.name, type: fact.type, table, statement });
        } else if (fact.does === "drop" && fact.type === "table") {
            drop(fact.name.toLowerCase());
        } else if (fact.does === "drop") {
            parts.delete(fact.name.toLowerCase());
        } else if (fact.does === "rename-table") {
            rename(tables, parts, fact.table.toLowerCase(), fact.to);
        } else if (fact.does === "alter") {
            const table = tables.get(fact.table.toLowerCase());
            if (table)
                tables.set(fact.table.toLowerCase(), {
                    ...table,
                    ...alterTable(table, statement),
                    altered: fact.action !== "alter" || table.altered,
                });
        }
    }
    return { tables, parts };
}

// CREATE … IF NOT EXISTS of what is there already does nothing.
function isThere({ tokens }: Statement, name: string, known: ReadonlyMap<string, unknown>): boolean {
    const at = findCreated(tokens)?.typeAt ?? tokens.length;
    const isCautious = isKeyword(tokens[at + 1], "IF") && isKeyword(tokens[at + 2], "NOT");
    return isCautious && known.has(name.toLowerCase());
}

/**
 * Finds the foreign key that a message calls a mismatch.
 *
 * @returns the file and the line of the child table that declares it; undefined for other messages and tables
 */
export function findMismatchedKey(
    { tables }: KnownSchema,
    message: string,
): { path: string; line: number } | undefined {
    const [, child, parent = ""] = /^foreign key mismatch - "(.+)" referencing "(.+)"$/.exec(message) ?? [];
    const table = child === undefined ? undefined : tables.get(child.toLowerCase());
    if (!table) return undefined;
    const { tokens, line } = table.statement;
    const at = tokens.findIndex((token, index) => {
        const next = tokens[index + 1];
        return isKeyword(token, "REFERENCES") && next !== undefined && isSameName(readName(next), parent);
    });
    return { path: table.path, line: tokens[at]?.line ?? line };
}

/** Returns a function that finds a table, by name, as it is after these statements on a schema. Parses only that table. */
export function findTablesAfter(
    statements: readonly Statement[],
    schema: readonly SchemaRow[] = [],
): (table: string) => TableDefinition | undefined {
    const facts = statements.map((statement) => ({ statement, fact: readFact(statement) }));
    return (table) => {
        const names = new Set([table.toLowerCase()]);
        for (const { fact } of [...facts].reverse()) {
            if (fact.does === "rename-table" && names.has(fact.to.toLowerCase())) names.add(fact.table.toLowerCase());
        }
        const own = facts.filter(({ fact }) => names.has(nameOf(fact))).map(({ statement }) => statement);
        const rows = schema.filter(({ name }) => names.has(name.toLowerCase()));
        return followStatements(toKnownSchema(rows), "", own).tables.get(table.toLowerCase());
    };
}

// The name, in lower case, of the table that a statement creates, drops or changes.
function nameOf(fact: StatementFact): string {
    if (fact.does === "rename-table" || fact.does === "alter") return fact.table.toLowerCase();
    return (fact.does === "create" || fact.does === "drop") && fact.type === "table" ? fact.name.toLowerCase() : "";
}

function toKnownSchema(rows: readonly SchemaRow[]): KnownSchema {
    const tables = new Map<string, KnownTable>();
    for (const { type, name, sql } of rows) {
        const statement = type === "table" ? splitStatements(sql ?? "")[0] : undefined;
        if (!statement) continue;
        const table = readTableDefinition(statement.sql);
        tables.set(name.toLowerCase(), { ...table, statement, path: "", altered: false });
    }
    return { ...emptySchema, tables };
}

/** A file of migrations. */
export interface StatementFile {
    readonly path: string;
    readonly statements: readonly Statement[];
}

/** Returns the schema after the statements of files, one after the other. */
export function followFiles(files: readonly StatementFile[], before = emptySchema): KnownSchema {
    return files.reduce((schema, { path, statements }) => followStatements(schema, path, statements), before);
}

/** Returns the tables as rows of sqlite_schema. */
export function toSchemaRows({ tables }: KnownSchema): SchemaRow[] {
    return [...tables.values()].map(({ name, statement: { sql } }) => ({ type: "table", name, table: name, sql }));
}

function rename(tables: Map<string, KnownTable>, parts: Map<string, KnownPart>, from: string, to: string): void {
    const table = tables.get(from);
    if (!table) return;
    tables.delete(from);
    const key = to.toLowerCase();
    const follow = ({ references }: KnownTable): Pick<KnownTable, "references"> => ({
        references: references.map((item) => (isSameName(item.parent, from) ? { ...item, parent: to } : item)),
    });
    for (const [other, known] of tables) tables.set(other, { ...known, ...follow(known) });
    tables.set(key, { ...table, ...follow(table), name: to });
    for (const [name, part] of parts) if (part.table === from) parts.set(name, { ...part, table: key });
}
