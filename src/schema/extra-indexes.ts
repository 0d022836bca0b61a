import { isSameName } from "../sql/names.ts";
import { readFact } from "../sql/statement-facts.ts";
import { type Statement, splitStatements } from "../sql/statements.ts";
import { isLooseIndex } from "./compare.ts";
import { findShadows } from "./facts.ts";
import { followFiles, type StatementFile } from "./known-schema.ts";
import type { SchemaRow } from "./row.ts";

/** What a run does to an index on a table of the files that no file creates, such as one that an application creates at its start. */
export interface ExtraIndexChange {
    /** kept: created again after a rebuild of its table; replaced: by an index of the same name in a migration. */
    readonly change: "kept" | "replaced";
    readonly name: string;
    readonly table: string;
}

export type IndexAction =
    | { readonly does: "drop-index"; readonly name: string }
    | { readonly does: "create-index"; readonly name: string; readonly statement: Statement };

/** Follows them from migration to migration. */
export interface ExtraIndexTracker {
    /** What must happen before and after the statements of a migration. */
    surround(
        statements: readonly Statement[],
        structure: { readonly rebuilt: readonly string[]; readonly dropped: readonly string[] },
    ): { readonly before: IndexAction[]; readonly after: IndexAction[] };
    changes(): ExtraIndexChange[];
}

/**
 * Tracks the extra indexes of a database from migration to migration of a plan. They refuse no row, so no migration fails
 * because of one: one whose name it takes is dropped first, and those of a table that it rebuilds are created again. A
 * unique one is drift, and stays in the way.
 *
 * @param applied the migrations that led to the schema
 */
export function trackExtraIndexes(live: readonly SchemaRow[], applied: readonly StatementFile[]): ExtraIndexTracker {
    // Read only if needed: most migrations touch no index and rebuild nothing.
    let found: SchemaRow[] | undefined;
    const changes: ExtraIndexChange[] = [];
    const note = (change: ExtraIndexChange["change"], { name, table }: SchemaRow): void => {
        if (!changes.some((item) => item.change === change && item.name === name))
            changes.push({ change, name, table });
    };

    return {
        surround(statements, { rebuilt, dropped }) {
            const made = statements
                .map(readFact)
                .flatMap((fact) => (fact.does === "create" && fact.type === "index" ? [fact.name] : []));
            if (made.length + rebuilt.length + dropped.length === 0) return { before: [], after: [] };
            found ??= findExtraIndexes(live, applied);
            const taken = found.filter(({ name }) => isIn(made, name) && !isIn(dropped, name));
            const gone = found.filter(({ name, table }) => isIn(dropped, name) || isIn(dropped, table));
            const kept = gone.filter(({ name, table }) => !isIn([...made, ...dropped], name) && isIn(rebuilt, table));
            found = found.filter((row) => kept.includes(row) || !(taken.includes(row) || gone.includes(row)));
            for (const row of taken) note("replaced", row);
            for (const row of kept) note("kept", row);
            return {
                before: taken.map(({ name }) => ({ does: "drop-index", name })),
                after: kept.flatMap(({ name, sql }) =>
                    splitStatements(sql ?? "").map((statement) => ({ does: "create-index", name, statement }) as const),
                ),
            };
        },
        changes: () => changes,
    };
}

// On tables of the migrations, by a name that none of them has given by now.
function findExtraIndexes(live: readonly SchemaRow[], applied: readonly StatementFile[]): SchemaRow[] {
    const { tables, parts } = followFiles(applied);
    const isShadow = findShadows(live);
    const isKnown = ({ name, table }: SchemaRow): boolean =>
        parts.has(name.toLowerCase()) || !tables.has(table.toLowerCase());
    return live.filter((row) => isLooseIndex(row) && !isKnown(row) && !isShadow(row.name));
}

function isIn(names: readonly string[], name: string): boolean {
    return names.some((other) => isSameName(other, name));
}
