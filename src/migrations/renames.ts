import { findRenamedColumn } from "../sql/alter-table.ts";
import { isSameName } from "../sql/names.ts";
import { readFact } from "../sql/statement-facts.ts";
import type { Statement } from "../sql/statements.ts";

/** A column of a table by its names before the statements and after them. */
export interface FollowedColumn {
    readonly table: string;
    readonly column: string;
    /** Undefined if another table has taken the name, so that this one was dropped. */
    newTable: string | undefined;
    /** Undefined if another column has taken the name, so that this one was dropped. */
    newColumn: string | undefined;
}

/** Follows columns through RENAME TO and RENAME COLUMN: what has another name is not lost. */
export function followRenames(
    columns: readonly (readonly [table: string, column: string])[],
    statements: readonly Statement[],
): readonly FollowedColumn[] {
    const followed = columns.map(
        ([table, column]): FollowedColumn => ({ table, column, newTable: table, newColumn: column }),
    );
    for (const statement of statements) {
        const fact = readFact(statement);
        if (fact.does === "rename-table") renameTable(followed, fact);
        if (fact.does !== "alter" || fact.action !== "rename") continue;
        const renamed = findRenamedColumn(statement);
        if (renamed) renameColumn(inTable(followed, fact.table), renamed);
    }
    return followed;
}

const inTable = (columns: readonly FollowedColumn[], table: string): FollowedColumn[] =>
    columns.filter(({ newTable }) => newTable !== undefined && isSameName(newTable, table));
const named = (columns: readonly FollowedColumn[], name: string): FollowedColumn[] =>
    columns.filter(({ newColumn }) => newColumn !== undefined && isSameName(newColumn, name));

function renameTable(columns: readonly FollowedColumn[], { table, to }: { table: string; to: string }): void {
    const moved = inTable(columns, table);
    // A new table that takes the name of one replaces it, with its rows: a rebuild.
    if (moved.length > 0) for (const item of inTable(columns, to)) if (!moved.includes(item)) item.newTable = undefined;
    for (const item of moved) item.newTable = to;
}

function renameColumn(columns: readonly FollowedColumn[], { from, to }: { from: string; to: string }): void {
    const moved = named(columns, from);
    if (moved.length > 0) for (const item of named(columns, to)) if (!moved.includes(item)) item.newColumn = undefined;
    for (const item of moved) item.newColumn = to;
}

/**
 * Finds the name under which a table or column is afterwards: its old one again if it was renamed away, copied and dropped.
 *
 * @param newNames of all tables, or of all columns of a table, by their old names
 */
export function findNewName(
    newNames: ReadonlyMap<string, string | undefined>,
    old: string,
    isLeft: (name: string) => boolean,
): string | undefined {
    const name = newNames.get(old);
    if (name === undefined || isLeft(name)) return name;
    const isTaken = [...newNames].some(
        ([other, taken]) => other !== old && taken !== undefined && isSameName(taken, old),
    );
    return isTaken ? undefined : old;
}
