import type { SchemaRow } from "../schema/row.ts";
import { isKeyword, readName, type Token } from "../sql/lexer.ts";
import { readFact } from "../sql/statement-facts.ts";
import type { Statement } from "../sql/statements.ts";
import { readDefinitions } from "./definitions.ts";

/** A table as migrations made it, without a database. */
export interface KnownTable {
    readonly name: string;
    /** Its CREATE TABLE. */
    readonly statement: Statement;
    /** The file of that. */
    readonly path: string;
    /** Whether an ALTER TABLE changed its columns since. */
    readonly altered: boolean;
    readonly columns: readonly string[];
    /** Tables that it points to, in lower case, with the action of ON DELETE in capitals; empty where it has none. */
    readonly references: readonly { readonly table: string; readonly onDelete: string }[];
}

/** An index, or a trigger that a migration made. */
export interface KnownPart {
    readonly name: string;
    readonly type: "index" | "trigger";
    readonly table: string;
    readonly statement: Statement;
}

/** What migrations up to some point have made, by names in lower case. */
export interface KnownSchema {
    readonly tables: ReadonlyMap<string, KnownTable>;
    readonly parts: ReadonlyMap<string, KnownPart>;
}

export const emptySchema: KnownSchema = { tables: new Map(), parts: new Map() };

/** The schema after some more statements. Pure; what it cannot follow, it leaves out. */
export function followStatements(before: KnownSchema, path: string, statements: readonly Statement[]): KnownSchema {
    const tables = new Map(before.tables);
    const parts = new Map(before.parts);
    const drop = (table: string): void => {
        tables.delete(table);
        for (const [key, part] of parts) if (part.table === table) parts.delete(key);
    };
    for (const statement of statements) {
        const fact = readFact(statement);
        if (fact.does === "create" && fact.type === "table") {
            tables.set(fact.name.toLowerCase(), { path, ...readKnownTable(fact.name, statement) });
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
            if (table) tables.set(fact.table.toLowerCase(), alter(table, statement, fact.action));
        }
    }
    return { tables, parts };
}

/** The tables as rows of sqlite_schema would show them, for rules that judge those. */
export function toSchemaRows({ tables }: KnownSchema): SchemaRow[] {
    return [...tables.values()].map(({ name, statement }) => ({
        type: "table",
        name,
        table: name,
        sql: statement.sql,
    }));
}

function readKnownTable(name: string, statement: Statement): Omit<KnownTable, "path"> {
    const definitions = readDefinitions(statement);
    return {
        name,
        statement,
        altered: false,
        columns: definitions.flatMap(({ column }) => (column === undefined ? [] : [column])),
        references: definitions.flatMap(({ tokens }) => readReference(tokens)),
    };
}

function readReference(definition: readonly Token[]): KnownTable["references"] {
    const at = definition.findIndex((token) => isKeyword(token, "REFERENCES"));
    const table = definition[at + 1];
    if (at === -1 || !table) return [];
    const on = definition.findIndex(
        (token, index) => index > at && isKeyword(token, "ON") && isKeyword(definition[index + 1], "DELETE"),
    );
    const action = on === -1 ? [] : definition.slice(on + 2, isKeyword(definition[on + 2], "SET") ? on + 4 : on + 3);
    return [{ table: readName(table).toLowerCase(), onDelete: action.map(({ text }) => text.toUpperCase()).join(" ") }];
}

function rename(tables: Map<string, KnownTable>, parts: Map<string, KnownPart>, from: string, to: string): void {
    const table = tables.get(from);
    if (!table) return;
    tables.delete(from);
    const key = to.toLowerCase();
    for (const [other, known] of tables) {
        const references = known.references.map((item) => (item.table === from ? { ...item, table: key } : item));
        tables.set(other, { ...known, references });
    }
    tables.set(key, { ...table, name: to });
    for (const [name, part] of parts) if (part.table === from) parts.set(name, { ...part, table: key });
}

function alter(table: KnownTable, statement: Statement, action: "add" | "drop" | "rename" | "alter"): KnownTable {
    const { tokens } = statement;
    const verb = tokens.findIndex((token) => isKeyword(token, action.toUpperCase()));
    const at = isKeyword(tokens[verb + 1], "COLUMN") ? verb + 2 : verb + 1;
    const token = tokens[at];
    if (!token || action === "alter") return table;
    const column = readName(token);
    if (action === "add") {
        const references = [...table.references, ...readReference(tokens)];
        return { ...table, altered: true, columns: [...table.columns, column], references };
    }
    const rest = table.columns.filter((name) => name.toLowerCase() !== column.toLowerCase());
    const to = tokens[at + 2];
    return { ...table, altered: true, columns: action === "rename" && to ? [...rest, readName(to)] : rest };
}
