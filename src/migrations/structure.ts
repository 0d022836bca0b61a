import { readFact } from "../database/statement-facts.ts";
import type { Statement } from "../database/statements.ts";

/** What a migration does to tables that exist before it, as far as its statements tell. */
export interface Structure {
    /** Index of the first statement that views and triggers stand in the way of, or that loses triggers. */
    readonly firstStructural: number | undefined;
    /** Tables that are dropped and made anew under the same name. */
    readonly rebuilt: readonly string[];
    /** Tables that are renamed away and made anew: the wrong order, because child tables follow the old one. */
    readonly renamedAway: readonly string[];
    /** Tables, indexes and triggers that the file drops by name. */
    readonly dropped: readonly string[];
    /** Tables that the file creates, under the name that they have at its end. */
    readonly created: readonly string[];
    /** Existing tables whose rows are written after the first structural statement. */
    readonly writtenAfter: readonly string[];
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
    const created = new Set<string>();
    const renamedAway = new Set<string>();
    const rebuilt: string[] = [];
    const wrongOrder: string[] = [];
    const written: { table: string; index: number }[] = [];
    let firstStructural: number | undefined;

    statements.forEach((statement, index) => {
        const fact = readFact(statement);
        if (fact.does === "drop") {
            dropped.push(fact.name);
            if (fact.type === "table") {
                droppedTables.add(fact.name.toLowerCase());
                created.delete(fact.name.toLowerCase());
            }
        }
        if (fact.does === "create" && fact.type === "table") {
            if (renamedAway.has(fact.name.toLowerCase())) wrongOrder.push(fact.name);
            else if (droppedTables.has(fact.name.toLowerCase())) rebuilt.push(fact.name);
            created.add(fact.name.toLowerCase());
        }
        if (fact.does === "rename-table") {
            if (droppedTables.has(fact.to.toLowerCase())) rebuilt.push(fact.to);
            else if (!created.has(fact.table.toLowerCase())) renamedAway.add(fact.table.toLowerCase());
            if (created.delete(fact.table.toLowerCase())) created.add(fact.to.toLowerCase());
        }
        if (fact.does === "write") written.push({ table: fact.table, index });
        const isStructural =
            (fact.does === "drop" && fact.type === "table") ||
            fact.does === "rename-table" ||
            (fact.does === "alter" && fact.action !== "add");
        if (isStructural) firstStructural ??= index;
    });

    const after = written.filter(({ index }) => firstStructural !== undefined && index > firstStructural);
    return {
        firstStructural,
        rebuilt,
        renamedAway: wrongOrder,
        dropped,
        created: [...created],
        writtenAfter: after.map(({ table }) => table).filter((table) => !created.has(table.toLowerCase())),
    };
}

/** Whether a migration must run with foreign keys off, and so alone in its transaction. */
export function isRebuild(structure: Structure): boolean {
    return structure.rebuilt.length > 0;
}
