import type { WrittenRows } from "../schema/cascades.ts";
import type { SchemaRow } from "../schema/row.ts";
import type { TableDefinition } from "../sql/create-table.ts";
import { isSameName } from "../sql/names.ts";
import { readFact } from "../sql/statement-facts.ts";
import type { Statement } from "../sql/statements.ts";
import type { MigrationSet } from "./files.ts";

/** What a migration does to tables, judged by its statements. */
export interface Structure {
    /** Index of the first statement that views and triggers block, or that drops triggers. */
    readonly firstStructural: number | undefined;
    /** Tables that are dropped and created again under the same name. */
    readonly rebuilt: readonly string[];
    /** Tables that are renamed away and created again, with the place where they are. */
    readonly renamedAway: readonly RenamedAway[];
    /** Tables that the file creates, by their names at its end. */
    readonly created: readonly string[];
    readonly renamed: readonly string[];
    readonly dropped: readonly string[];
    /** Older tables whose rows are written before the first structural statement, and after it. */
    readonly writtenBefore: readonly WrittenTable[];
    readonly writtenAfter: readonly WrittenTable[];
}

interface WrittenTable extends TableAt, WrittenRows {
    readonly replaces: boolean;
}

interface TableAt {
    readonly table: string;
    readonly line: number;
}

interface RenamedAway extends TableAt {
    /** The name of the old table at the end of the file; undefined when the file drops it: a rebuild in the wrong order. */
    readonly to: string | undefined;
    /** What creates the name again. */
    readonly by: "CREATE TABLE" | "RENAME";
}

/**
 * Reads the structure of a migration.
 *
 * DROP TABLE also drops triggers; ALTER TABLE … RENAME, DROP COLUMN and ALTER COLUMN fail when a view or trigger does not
 * prepare. ADD COLUMN does neither (measured).
 */
export function readStructure(statements: readonly Statement[]): Structure {
    const tables = followTables();
    const dropped: string[] = [];
    const writtenBefore: WrittenTable[] = [];
    const writtenAfter: WrittenTable[] = [];
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
            const { table, events, replaces } = fact;
            (firstStructural === undefined ? writtenBefore : writtenAfter).push({ table, line, events, replaces });
        }
        if (isStructural) firstStructural ??= index;
    });
    return { firstStructural, dropped, writtenBefore, writtenAfter, ...tables.found() };
}

/** Whether a row of sqlite_schema belongs to a set: one of its views or triggers, or of a table that it creates. */
export function isOfSet(
    { migrations, objects }: MigrationSet,
    { name, table }: Pick<SchemaRow, "name" | "table">,
): boolean {
    const tables = migrations.flatMap(({ statements }) => readStructure(statements).created);
    return tables.some((own) => isSameName(own, table)) || objects.some((object) => isSameName(object.name, name));
}

interface FollowedTables {
    /** Returns whether the table is older than the file. */
    drop(name: string): boolean;
    create(name: string, line: number): void;
    rename(name: string, to: string, line: number): void;
    isNew(name: string): boolean;
    found(): Pick<Structure, "rebuilt" | "renamedAway" | "created" | "renamed">;
}

// Follows which tables a file creates and which ones they replace. Names are compared as SQLite does.
function followTables(): FollowedTables {
    const created = new Map<string, string>();
    const dropped = new Set<string>();
    const renamed = new Map<string, string>();
    /** Older tables under a new name, with their first one. */
    const moved = new Map<string, string>();
    const replaced = new Set<string>();
    const rebuilt: string[] = [];
    const renamedAway: Omit<RenamedAway, "to">[] = [];
    const place = (name: string, line: number, by: RenamedAway["by"]): void => {
        const key = name.toLowerCase();
        if (renamed.has(key) && !moved.has(key)) renamedAway.push({ table: name, line, by });
        else if (dropped.has(key)) rebuilt.push(name);
        created.set(key, name);
    };
    const locate = (table: string): string | undefined => {
        const [key = ""] = [...moved].find(([, first]) => isSameName(first, table)) ?? [];
        return created.get(key);
    };
    return {
        drop(name) {
            if (created.delete(name.toLowerCase()) && !moved.delete(name.toLowerCase())) return false;
            dropped.add(name.toLowerCase());
            return true;
        },
        create: (name, line) => place(name, line, "CREATE TABLE"),
        rename(name, to, line) {
            const isOlder = !created.delete(name.toLowerCase());
            if (isOlder) renamed.set(name.toLowerCase(), name);
            const first = moved.get(name.toLowerCase()) ?? (isOlder ? name : undefined);
            moved.delete(name.toLowerCase());
            // Renamed back or swapped, it brings its child tables along.
            if (first !== undefined) moved.set(to.toLowerCase(), first);
            if (replaced.delete(name.toLowerCase()) || dropped.has(to.toLowerCase())) replaced.add(to.toLowerCase());
            place(to, line, "RENAME");
        },
        // A table that replaced an old one holds its rows, and so does an old one under a new name.
        isNew: (name) =>
            [replaced, moved].every((older) => !older.has(name.toLowerCase())) && created.has(name.toLowerCase()),
        found: () => ({
            rebuilt,
            renamedAway: renamedAway.map((item) => ({ ...item, to: locate(item.table) })),
            created: [...created.values()],
            renamed: [...renamed.values()],
        }),
    };
}

/** Finds the names of all tables that migrations of these sets create, in the order of the files. */
export function findOwnTables(sets: readonly MigrationSet[]): string[] {
    const files = sets.flatMap((set) => set.migrations);
    return [...new Set(files.flatMap((file) => readStructure(file.statements).created))];
}

/** Lists the names of the columns that can be written. */
export function listWritable({ columns }: TableDefinition): string[] {
    return columns.filter(({ generated }) => generated === undefined).map(({ name }) => name);
}
