import type { PreparedDeploy } from "../planning/prepare.ts";
import { findOwnTables } from "../planning/structure.ts";
import { findTablesAfter } from "../schema/known-schema.ts";
import { isSameName } from "../sql/names.ts";
import { readFact } from "../sql/statement-facts.ts";
import { suggest } from "../text/similar.ts";

/**
 * Finds the foreign keys of a plan's tables to tables that neither the database nor the files have, as sentences: SQLite accepts
 * such a key, and then refuses to write a row.
 */
export function findMissingParents({ sets, state, plan }: Pick<PreparedDeploy, "sets" | "state" | "plan">): string[] {
    if (plan.direction === "undo") return [];
    const statements = plan.migrations.flatMap((file) => file.statements);
    const changed = statements.map(readFact).flatMap((fact) => {
        if (fact.does === "create" && fact.type === "table") return [fact.name];
        if (fact.does === "rename-table") return [fact.to];
        return fact.does === "alter" ? [fact.table] : [];
    });
    const live = state.schema.filter(({ type }) => type === "table").map(({ name }) => name);
    const names = [...live, ...findOwnTables(sets), ...changed];
    const findTable = findTablesAfter(statements, state.schema);
    return [...new Set(changed)].flatMap((name) => {
        const references = findTable(name)?.references ?? [];
        const missing = references.filter(({ parent }) => !names.some((other) => isSameName(other, parent)));
        return [...new Set(missing.map(({ parent }) => parent))].map(
            (parent) =>
                `'${name}' has a foreign key to '${parent}', a table that does not exist, ` +
                `so that no row can be written to '${name}'${suggest(parent, names)}`,
        );
    });
}
