import type { TableDefinition } from "../sql/create-table.ts";
import { isSameName } from "../sql/names.ts";
import type { WriteEvent } from "../sql/statement-facts.ts";

/** What is written of a table. */
export interface WrittenRows {
    readonly table: string;
    readonly events: readonly WriteEvent[];
}

/**
 * Lists what a write changes by actions of foreign keys, of all tables below it.
 *
 * @param replaces whether the write replaces rows, which is a deletion to those that refer to them
 */
export function followCascades(
    { table, events, replaces }: WrittenRows & { readonly replaces: boolean },
    tables: readonly Pick<TableDefinition, "name" | "references">[],
): WrittenRows[] {
    const found: WrittenRows[] = [];
    const open: WrittenRows[] = [{ table, events: replaces ? [...events, "DELETE"] : events }];
    for (const written of open) {
        for (const { name, references } of tables) {
            for (const { parent, onDelete, onUpdate } of references) {
                if (!isSameName(parent, written.table)) continue;
                const below: WriteEvent[] = [
                    ...(written.events.includes("DELETE") ? eventsOf(onDelete) : []),
                    ...(written.events.includes("UPDATE") && eventsOf(onUpdate).length > 0 ? ["UPDATE" as const] : []),
                ];
                const isKnown = found.some(
                    (other) => isSameName(other.table, name) && below.every((event) => other.events.includes(event)),
                );
                if (below.length === 0 || isKnown) continue;
                const next = { table: name, events: below };
                found.push(next);
                open.push(next);
            }
        }
    }
    return found;
}

function eventsOf(action: string): WriteEvent[] {
    if (action === "CASCADE") return ["DELETE"];
    return action.startsWith("SET ") ? ["UPDATE"] : [];
}
