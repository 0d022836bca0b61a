import { findPending } from "../planning/judge.ts";
import type { PreparedDeploy } from "../planning/prepare.ts";
import { readStructure } from "../planning/structure.ts";
import { findTablesAfter } from "../schema/known-schema.ts";
import { isSameName } from "../sql/names.ts";
import { readFact } from "../sql/statement-facts.ts";
import { suggest } from "../text/similar.ts";

/**
 * Finds the foreign keys of a plan's tables to tables that do not exist after it, and that no later migration creates, as
 * sentences: SQLite accepts such a key, and then refuses to insert or delete a row.
 */
export function findMissingParents({ sets, state, plan }: Pick<PreparedDeploy, "sets" | "state" | "plan">): string[] {
    if (plan.direction === "undo") return [];
    const statements = plan.migrations.flatMap((file) => file.statements);
    const changed = statements.map(readFact).flatMap((fact) => {
        if (fact.does === "create" && fact.type === "table") return [fact.name];
        if (fact.does === "rename-table") return [fact.to];
        return fact.does === "alter" ? [fact.table] : [];
    });
    const findTable = findTablesAfter(statements, state.schema);
    const live = state.schema.filter(({ type }) => type === "table").map(({ name }) => name);
    const after = [...new Set([...live, ...changed])].filter((name) => findTable(name) !== undefined);
    const later = sets
        .flatMap((set) => findPending(set, state))
        .filter((file) => !plan.migrations.includes(file))
        .flatMap((file) => readStructure(file.statements).created);
    const names = [...after, ...later];
    return [...new Set(changed)].flatMap((name) => {
        const references = findTable(name)?.references ?? [];
        const missing = references.filter(({ parent }) => !names.some((other) => isSameName(other, parent)));
        return [...new Set(missing.map(({ parent }) => parent))].map(
            (parent) =>
                `'${name}' has a foreign key to '${parent}', a table that does not exist, ` +
                `so that no row can be inserted into '${name}' or deleted from it${suggest(parent, names)}`,
        );
    });
}
