import { emptySchema, followFiles, followStatements } from "../../schema/known-schema.ts";
import type { SchemaRow } from "../../schema/row.ts";
import { readTableDefinition } from "../../sql/create-table.ts";
import { isSameName } from "../../sql/names.ts";
import { splitStatements } from "../../sql/statements.ts";
import type { MigrationFile } from "../files.ts";
import type { Problem } from "../problems.ts";
import type { DatabaseState } from "../state.ts";
import type { Structure } from "../structure.ts";

/** Finds children of tables that a migration drops: that first deletes the rows of the table, and those of children that cascade. */
export function findOrphanedTables(
    file: MigrationFile,
    { dropped, created }: Structure,
    state: DatabaseState,
    gone: ReadonlySet<string>,
): Problem[] {
    const parents = dropped.filter((name) => !created.some((table) => isSameName(table, name)));
    return parents.flatMap((parent) =>
        state.schema
            .filter((row) => row.type === "table" && !gone.has(row.name.toLowerCase()) && pointsTo(row, parent))
            .map(({ name }) => ({
                rule: "dropped-parent",
                path: file.path,
                message: `drops '${parent}', which '${name}' references: its rows would be deleted too, or could no longer be written`,
                remedy: `rebuild it in one file (migrations/README.md), drop '${name}', or rebuild '${name}' without the foreign key`,
            })),
    );
}

/** Whether a table has a foreign key to `parent`. */
export function pointsTo(child: SchemaRow, parent: string): boolean {
    const { references } = readTableDefinition(child.sql ?? "");
    return references.some((reference) => isSameName(reference.parent, parent));
}

/**
 * Finds tables that a migration renames away and creates again: a rebuild in the wrong order, if it drops the old one, because
 * child tables follow the rename. An old table that stays is an archive, and refused only where children would follow it.
 *
 * @param earlier the pending files before this one
 */
export function findRenamedAway(
    { path }: MigrationFile,
    { renamedAway }: Structure,
    { schema }: DatabaseState,
    earlier: readonly MigrationFile[],
): Problem[] {
    if (renamedAway.length === 0) return [];
    const stored = schema.flatMap(({ type, sql }) => (type === "table" ? splitStatements(sql ?? "") : []));
    const { tables } = followFiles(earlier, followStatements(emptySchema, "", stored));
    return renamedAway.flatMap(({ table, line, to, by }) => {
        const children = [...tables.values()]
            .filter(({ name }) => !isSameName(name, table))
            .filter(({ references }) => references.some(({ parent }) => isSameName(parent, table)))
            .map(({ name }) => `'${name}'`);
        const harm =
            children.length > 0
                ? "so child tables would follow the old one"
                : "so that the deploy would not check that its rows and indexes are kept";
        const problem = {
            rule: "renamed-away",
            path,
            line,
            message: `renames '${table}' away and creates it again, ${harm}`,
        };
        if (to === undefined) {
            const remedy = `create '${table}_new' first, fill it, drop '${table}', then rename (migrations/README.md)`;
            return [{ ...problem, remedy }];
        }
        if (children.length === 0) return [];
        const then = `${children.join(", ")} then ${children.length === 1 ? "references" : "reference"} '${to}'`;
        const remedy = `put the ${by}, and the statements after it, into a migration of its own after this one; ${then}`;
        return [{ ...problem, remedy }];
    });
}
