import type { Connection, Row } from "../database/connection.ts";
import { AppError } from "../errors.ts";
import type { MigrationSet } from "../planning/files.ts";
import { deployScratch } from "../planning/shadow.ts";
import { readState } from "../planning/state.ts";
import { findOwnTables } from "../planning/structure.ts";
import { findShadows, isMigratorTable, isVirtual } from "../schema/facts.ts";
import type { SchemaRow } from "../schema/row.ts";
import { quoteText } from "../sql/quoting.ts";
import type { RebuildSource } from "./rebuild-file.ts";

/** A table with the migration set that makes it. */
export interface FoundTable {
    readonly source: RebuildSource;
    readonly set: string;
}

/**
 * Reads what a table is after all files, from a deploy into a database in memory; no other database is asked.
 *
 * @throws AppError `usage` for what is no table of these files, `invalid-files` where they cannot be deployed
 */
export async function readRebuildSource(sets: readonly MigrationSet[], table: string): Promise<FoundTable> {
    const migrations = sets.flatMap((set) => set.migrations);
    const connection = await deployScratch(sets, migrations);
    try {
        const { schema } = await readState(connection, sets);
        const row = getTable(schema, table);
        const managed = new Set(sets.flatMap((set) => set.objects.map(({ name }) => name.toLowerCase())));
        const parts = schema.filter(
            (other) =>
                (other.type === "index" || other.type === "trigger") &&
                other.table.toLowerCase() === row.name.toLowerCase() &&
                !managed.has(other.name.toLowerCase()),
        );
        const source = {
            table: row.name,
            temporaryName: findFreeName(schema, row.name),
            sql: row.sql ?? "",
            columns: await readCopiedColumns(connection, row.name),
            parts: [...parts].sort(byType).flatMap(({ sql }) => (sql === null ? [] : [sql])),
        };
        const isIts = (set: MigrationSet): boolean =>
            findOwnTables([set]).some((name) => name.toLowerCase() === row.name.toLowerCase());
        return { source, set: sets.find(isIts)?.name ?? sets[0]?.name ?? "" };
    } finally {
        connection.close();
    }
}

function byType(a: SchemaRow, b: SchemaRow): number {
    return a.type.localeCompare(b.type);
}

function getTable(schema: readonly SchemaRow[], name: string): SchemaRow {
    const isShadow = findShadows(schema);
    const row = schema.find((other) => other.type === "table" && other.name.toLowerCase() === name.toLowerCase());
    const isOwn = (other: SchemaRow): boolean =>
        other.type === "table" &&
        !isMigratorTable(other.name) &&
        !isShadow(other.name) &&
        !other.name.startsWith("sqlite_") &&
        !isVirtual(other);
    if (row && isOwn(row)) return row;
    const own = schema.filter(isOwn).map((other) => other.name);
    const what = row === undefined ? "is no table of these files" : "is a table that cannot be made anew";
    throw new AppError("usage", `'${name}' ${what}`, {
        hint: `the tables here are: ${own.sort().join(", ")}`,
        outcome: "Nothing was written.",
    });
}

function findFreeName(schema: readonly SchemaRow[], table: string): string {
    const taken = new Set(schema.map(({ name }) => name.toLowerCase()));
    const candidates = ["_new", "_new_2", "_new_3", "_new_4"].map((ending) => `${table}${ending}`);
    return candidates.find((name) => !taken.has(name.toLowerCase())) ?? `${table}_rebuilt`;
}

// Generated columns take no values. Rows keep their rowid, which full-text search points to; an INTEGER PRIMARY KEY is it.
async function readCopiedColumns(connection: Connection, table: string): Promise<string[]> {
    const info = await read(connection, `SELECT name, pk, hidden FROM pragma_table_xinfo(${quoteText(table)})`);
    const [listed] = await read(connection, `SELECT wr FROM pragma_table_list(${quoteText(table)})`);
    const columns = info.filter(({ hidden }) => Number(hidden) === 0).map(({ name }) => String(name));
    const keys = info.filter(({ pk }) => Number(pk) > 0);
    // What is the rowid has no index: an INTEGER PRIMARY KEY, but not one with DESC.
    const indexes = await read(connection, `SELECT origin FROM pragma_index_list(${quoteText(table)})`);
    const isRowid = keys.length === 1 && !indexes.some(({ origin }) => origin === "pk");
    if (isRowid || Number(listed?.wr) === 1) return columns;
    const names = new Set(info.map(({ name }) => String(name).toLowerCase()));
    const rowid = ["rowid", "oid", "_rowid_"].find((name) => !names.has(name));
    return rowid === undefined ? columns : [rowid, ...columns];
}

async function read(connection: Connection, sql: string): Promise<readonly Row[]> {
    const [result] = await connection.readAll([{ sql }]);
    if (!result?.ok) throw new Error(result?.message ?? "no result");
    return result.rows;
}
