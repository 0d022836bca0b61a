import { AppError } from "../errors.ts";
import type { MigrationSet } from "../planning/files.ts";
import { deployScratch } from "../planning/shadow.ts";
import { readState } from "../planning/state.ts";
import { findOwnTables } from "../planning/structure.ts";
import { isMigratorTable } from "../schema/facts.ts";
import type { SchemaRow } from "../schema/row.ts";
import { readTables, type Table } from "../schema/table.ts";
import { isSameName } from "../sql/names.ts";
import type { RebuildSource } from "../sql/rebuild.ts";
import { suggest } from "../text/similar.ts";

/** Reads a table as a deploy of all migrations makes it in memory; refuses a name that is not one of its tables. */
export async function readRebuildSource(
    sets: readonly MigrationSet[],
    table: string,
): Promise<{ source: RebuildSource; set: string }> {
    const migrations = sets.flatMap((set) => set.migrations);
    const connection = await deployScratch(sets, migrations);
    try {
        const { schema } = await readState(connection, sets);
        const { indexes, triggers, ...own } = getTable(await readTables(connection), table);
        const managed = sets.flatMap((set) => set.objects.map(({ name }) => name));
        const parts = [...indexes, ...triggers].filter(({ name }) => !managed.some((other) => isSameName(other, name)));
        const source = {
            table: own.name,
            temporaryName: findFreeName(schema, own.name),
            sql: own.sql,
            columns: listCopied(own),
            parts: parts.flatMap(({ sql }) => sql ?? []),
        };
        const isIts = (set: MigrationSet): boolean => findOwnTables([set]).some((name) => isSameName(name, own.name));
        return { source, set: sets.find(isIts)?.name ?? sets[0]?.name ?? "" };
    } finally {
        connection.close();
    }
}

function getTable(tables: readonly Table[], name: string): Table {
    const own = tables.filter((table) => !isMigratorTable(table.name) && !table.isShadow && !table.isVirtual);
    const found = own.find((table) => isSameName(table.name, name));
    if (found) return found;
    const isKnown = tables.some((table) => isSameName(table.name, name));
    const what = isKnown ? "is a table that cannot be rebuilt" : "is not a table of these files";
    const names = own.map((table) => table.name).sort();
    throw new AppError("usage", `'${name}' ${what}${isKnown ? "" : suggest(name, names)}`, {
        hint: `the tables here are: ${names.join(", ")}`,
        outcome: "Nothing was written.",
    });
}

function findFreeName(schema: readonly SchemaRow[], table: string): string {
    const taken = new Set(schema.map(({ name }) => name.toLowerCase()));
    const candidates = ["_new", "_new_2", "_new_3", "_new_4"].map((ending) => `${table}${ending}`);
    return candidates.find((name) => !taken.has(name.toLowerCase())) ?? `${table}_rebuilt`;
}

// Generated columns cannot be written. The rowid is copied where no column is it, because full-text search refers to it.
function listCopied({ columns, rowid, rowidColumn }: Pick<Table, "columns" | "rowid" | "rowidColumn">): string[] {
    const names = columns.filter(({ isGenerated }) => !isGenerated).map(({ name }) => name);
    return rowid === undefined || rowidColumn !== undefined ? names : [rowid, ...names];
}
