import { readFact } from "../database/statement-facts.ts";
import type { Statement } from "../database/statements.ts";
import type { MigrationSet } from "./files.ts";

/** What a migration does to tables that exist before it, as far as its statements tell. */
export interface Structure {
    /** Index of the first statement that views and triggers stand in the way of, or that loses triggers. */
    readonly firstStructural: number | undefined;
    /** Tables that are dropped and made anew under the same name. */
    readonly rebuilt: readonly string[];
    /** Tables that are renamed away and made anew: the wrong order, because child tables follow the old one. */
    readonly renamedAway: readonly TableAt[];
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
    const droppedTables = new Set<string>();
    const dropped: string[] = [];
    // Made by the file itself and not yet in the place of a table that was there before.
    const created = new Set<string>();
    const renamedAway = new Set<string>();
    const rebuilt: string[] = [];
    const wrongOrder: TableAt[] = [];
    const writtenBefore: TableAt[] = [];
    const writtenAfter: TableAt[] = [];
    let firstStructural: number | undefined;

    const replace = (name: string, line: number): void => {
        if (renamedAway.has(name.toLowerCase())) wrongOrder.push({ table: name, line });
        else if (droppedTables.has(name.toLowerCase())) rebuilt.push(name);
    };
    statements.forEach((statement, index) => {
        const fact = readFact(statement);
        let isStructural = fact.does === "rename-table" || (fact.does === "alter" && fact.action !== "add");
        if (fact.does === "drop") {
            dropped.push(fact.name);
            // A helper of the file's own has no view or trigger.
            if (fact.type === "table" && !created.delete(fact.name.toLowerCase())) {
                droppedTables.add(fact.name.toLowerCase());
                isStructural = true;
            }
        }
        if (fact.does === "create" && fact.type === "table") {
            replace(fact.name, statement.line);
            created.add(fact.name.toLowerCase());
        }
        if (fact.does === "rename-table") {
            replace(fact.to, statement.line);
            const isOwn = created.delete(fact.table.toLowerCase());
            if (!isOwn) renamedAway.add(fact.table.toLowerCase());
            else if (!droppedTables.has(fact.to.toLowerCase())) created.add(fact.to.toLowerCase());
        }
        if (fact.does === "write" && !created.has(fact.table.toLowerCase())) {
            const written = firstStructural === undefined ? writtenBefore : writtenAfter;
            written.push({ table: fact.table, line: statement.line });
        }
        if (isStructural) firstStructural ??= index;
    });
    const renamed = [...renamedAway];
    return { firstStructural, rebuilt, renamedAway: wrongOrder, renamed, dropped, writtenBefore, writtenAfter };
}

/** Every table name that migrations of these sets give, in the order of the files. */
export function findOwnTables(sets: readonly MigrationSet[]): string[] {
    const statements = sets.flatMap((set) => set.migrations.flatMap((file) => file.statements));
    const names = statements.flatMap((statement) => {
        const fact = readFact(statement);
        if (fact.does === "create" && fact.type === "table") return [fact.name];
        return fact.does === "rename-table" ? [fact.to] : [];
    });
    return [...new Set(names)];
}

/** Whether a migration must run with foreign keys off, and so alone in its transaction. */
export function isRebuild(structure: Structure): boolean {
    return structure.rebuilt.length > 0;
}
