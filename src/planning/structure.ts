import type { SchemaRow } from "../schema/row.ts";
import { isKeyword, readName, type Token } from "../sql/lexer.ts";
import { readFact } from "../sql/statement-facts.ts";
import { type Statement, splitStatements } from "../sql/statements.ts";
import type { MigrationSet } from "./files.ts";

/** What a migration does to tables that exist before it, as far as its statements tell. */
export interface Structure {
    /** Index of the first statement that views and triggers stand in the way of, or that loses triggers. */
    readonly firstStructural: number | undefined;
    /** Tables that are dropped and made anew under the same name. */
    readonly rebuilt: readonly string[];
    /** Tables that are renamed away and made anew: the wrong order, because child tables follow the old one. */
    readonly renamedAway: readonly TableAt[];
    /** Tables that the file creates, under the name that they have at its end. */
    readonly created: readonly string[];
    /** Names that tables lose by a rename. */
    readonly renamed: readonly string[];
    /** Tables, indexes and triggers that the file drops by name. */
    readonly dropped: readonly string[];
    /** Tables that were there before and whose rows are written before the first structural statement, and after it. */
    readonly writtenBefore: readonly TableAt[];
    readonly writtenAfter: readonly TableAt[];
}

/** A table, and the line of the statement that does something to it. */
export interface TableAt {
    readonly table: string;
    readonly line: number;
}

/**
 * Reads the structure of a migration.
 *
 * DROP TABLE loses the table's triggers; ALTER TABLE … RENAME, DROP COLUMN and ALTER COLUMN fail beside a view or trigger
 * that does not prepare. ADD COLUMN does neither (measured).
 */
export function readStructure(statements: readonly Statement[]): Structure {
    const tables = followTables();
    const dropped: string[] = [];
    const writtenBefore: TableAt[] = [];
    const writtenAfter: TableAt[] = [];
    let firstStructural: number | undefined;

    statements.forEach((statement, index) => {
        const fact = readFact(statement);
        const { line } = statement;
        let isStructural = fact.does === "alter" && fact.action !== "add";
        if (fact.does === "drop") dropped.push(fact.name);
        if (fact.does === "drop" && fact.type === "table") isStructural = tables.drop(fact.name);
        if (fact.does === "create" && fact.type === "table") tables.create(fact.name, line);
        if (fact.does === "rename-table") {
            tables.rename(fact.table, fact.to, line);
            isStructural = true;
        }
        if (fact.does === "write" && !tables.isNew(fact.table)) {
            (firstStructural === undefined ? writtenBefore : writtenAfter).push({ table: fact.table, line });
        }
        if (isStructural) firstStructural ??= index;
    });
    return { firstStructural, dropped, writtenBefore, writtenAfter, ...tables.found() };
}

interface FollowedTables {
    /** Gives whether the table was there before the file. */
    drop(name: string): boolean;
    create(name: string, line: number): void;
    rename(name: string, to: string, line: number): void;
    isNew(name: string): boolean;
    found(): Pick<Structure, "rebuilt" | "renamedAway" | "created" | "renamed">;
}

// Follows which tables a file makes and which ones they replace. Names are compared as SQLite does.
function followTables(): FollowedTables {
    const created = new Map<string, string>();
    const dropped = new Set<string>();
    const renamed = new Map<string, string>();
    const replaced = new Set<string>();
    const rebuilt: string[] = [];
    const renamedAway: TableAt[] = [];
    const place = (name: string, line: number): void => {
        const key = name.toLowerCase();
        if (renamed.has(key)) renamedAway.push({ table: name, line });
        else if (dropped.has(key)) rebuilt.push(name);
        created.set(key, name);
    };
    return {
        drop(name) {
            if (created.delete(name.toLowerCase())) return false;
            dropped.add(name.toLowerCase());
            return true;
        },
        create: place,
        rename(name, to, line) {
            if (!created.delete(name.toLowerCase())) renamed.set(name.toLowerCase(), name);
            if (dropped.has(to.toLowerCase())) replaced.add(to.toLowerCase());
            place(to, line);
        },
        // One that was filled before it took the place of an old one holds the rows that were there.
        isNew: (name) => created.has(name.toLowerCase()) && !replaced.has(name.toLowerCase()),
        found: () => ({ rebuilt, renamedAway, created: [...created.values()], renamed: [...renamed.values()] }),
    };
}

/** Every table name that migrations of these sets give, in the order of the files. */
export function findOwnTables(sets: readonly MigrationSet[]): string[] {
    const files = sets.flatMap((set) => set.migrations);
    return [...new Set(files.flatMap((file) => readStructure(file.statements).created))];
}

/** Whether a migration must run with foreign keys off, and so alone in its transaction. */
export function isRebuild(structure: Structure): boolean {
    return structure.rebuilt.length > 0;
}

/** What an UPDATE of a table must know of it. Names of generated columns are in lower case. */
export interface TableShape {
    readonly withoutRowid: boolean;
    readonly generated: readonly string[];
    readonly ordinary: readonly string[];
}

/**
 * Finds the shape that a table has after these statements.
 *
 * @param schema rows of sqlite_schema before them
 * @returns undefined for a view, and for a table that nobody knows
 */
export function findTableShape(
    table: string,
    statements: readonly Statement[],
    schema: readonly SchemaRow[] = [],
): TableShape | undefined {
    const key = table.toLowerCase();
    const row = schema.find((other) => other.type === "table" && other.name.toLowerCase() === key);
    let shape = row?.sql ? readShape(splitStatements(row.sql)[0]?.tokens ?? []) : undefined;
    statements.forEach((statement, at) => {
        const fact = readFact(statement);
        if (fact.does === "rename-table" && fact.to.toLowerCase() === key) {
            shape = findTableShape(fact.table, statements.slice(0, at), schema);
        }
        if (fact.does === "create" && fact.type === "table" && fact.name.toLowerCase() === key) {
            shape = readShape(statement.tokens);
        }
        if (fact.does === "alter" && fact.table.toLowerCase() === key && shape) {
            shape = alterShape(shape, statement.tokens, fact.action);
        }
    });
    return shape;
}

function readShape(tokens: readonly Token[]): TableShape {
    const definitions: Token[][] = [[]];
    let depth = 0;
    let last = 0;
    for (const [at, token] of tokens.entries()) {
        if (token.text === ")") depth--;
        if (depth === 1 && token.text === ",") definitions.push([]);
        else if (depth > 0) definitions.at(-1)?.push(token);
        if (token.text === "(") depth++;
        if (depth === 0 && token.text === ")") last = at;
    }
    const columns = definitions.filter(([first]) => first && !isConstraint(first));
    return {
        withoutRowid: tokens.some((token, at) => at > last && isKeyword(token, "WITHOUT")),
        generated: columns.filter(isGenerated).map(([first]) => readName(first as Token).toLowerCase()),
        ordinary: columns.filter((column) => !isGenerated(column)).map(([first]) => readName(first as Token)),
    };
}

function alterShape(shape: TableShape, tokens: readonly Token[], action: string): TableShape {
    const verb = tokens.findIndex((token) => isKeyword(token, action.toUpperCase()));
    const definition = tokens.slice(verb + (isKeyword(tokens[verb + 1], "COLUMN") ? 2 : 1));
    const name = definition[0] ? readName(definition[0]) : "";
    if (action === "add" && !isGenerated(definition)) return { ...shape, ordinary: [...shape.ordinary, name] };
    if (action === "add") return { ...shape, generated: [...shape.generated, name.toLowerCase()] };
    const without = (names: readonly string[]): string[] =>
        names.filter((other) => other.toLowerCase() !== name.toLowerCase());
    const to = action === "rename" && definition[2] ? readName(definition[2]) : undefined;
    const wasGenerated = shape.generated.includes(name.toLowerCase());
    return {
        ...shape,
        generated: [...without(shape.generated), ...(to !== undefined && wasGenerated ? [to.toLowerCase()] : [])],
        ordinary: [...without(shape.ordinary), ...(to !== undefined && !wasGenerated ? [to] : [])],
    };
}

function isConstraint(token: Token): boolean {
    return token.kind === "word" && /^(CONSTRAINT|PRIMARY|UNIQUE|CHECK|FOREIGN)$/i.test(token.text);
}

// `AS (`: in a cast it stands before a type.
function isGenerated(definition: readonly Token[]): boolean {
    return definition.some((token, at) => isKeyword(token, "AS") && definition[at + 1]?.text === "(");
}
