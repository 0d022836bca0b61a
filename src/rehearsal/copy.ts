import { existsSync } from "node:fs";
import { dirname } from "node:path";
import type { StoredTable } from "../backup/layout.ts";
import { countRows } from "../backup/rows.ts";
import type { Connection, ReadTransaction, Transaction } from "../database/connection.ts";
import { DatabaseFault, toFault } from "../database/faults.ts";
import { inMemory, openFile, openScratch } from "../database/file/connection.ts";
import { copyFile } from "../database/file/copy.ts";
import { throwIfInterrupted } from "../database/interrupt.ts";
import { openConnection } from "../database/open.ts";
import type { Target } from "../database/target.ts";
import { guardTable } from "../planning/guards.ts";
import { findShadows } from "../schema/facts.ts";
import type { SchemaRow } from "../schema/row.ts";
import { findUnmakeable, type UnmakeableObject } from "../schema/unmakeable.ts";
import { quoteName, quoteText } from "../sql/quoting.ts";
import { copyRows, readCopiedTables } from "./copy-rows.ts";
import { readSchema } from "./queries.ts";
import { addParents, isSampled, pruneToSample, renderEnds } from "./sample.ts";

/** What a copy holds, and how it differs from the database. */
export interface CopyReport {
    /** Without virtual tables and shadow tables. */
    readonly tables: number;
    readonly rows: number;
    readonly milliseconds: number;
    /** How many rows of each table were asked for; null for all. */
    readonly sample: number | null;
    /** Read transactions of the server: from 2 on, rows that were written meanwhile may be inconsistent. */
    readonly views: number;
    readonly requests: number;
    /** Null where the server counts none. */
    readonly rowsRead: number | null;
    /** Differences from the database, as sentences. */
    readonly notes: readonly string[];
}

export interface CopyOptions {
    readonly sample?: number | undefined;
    readonly signal?: AbortSignal | undefined;
}

/**
 * Copies a database, schema and rows, into a new or empty file. Nothing is written to the database: a read-only token is
 * enough.
 *
 * @throws DatabaseFault, `interrupted` after Ctrl-C
 */
export async function copyDatabase(target: Target, path: string, options: CopyOptions = {}): Promise<CopyReport> {
    const startedAt = performance.now();
    try {
        const source = await openSource(target, options.signal);
        const copy = source.canVacuumInto ? copyWhole : copyTables;
        const facts = await copy(source, path, options).finally(() => source.close());
        const milliseconds = Math.round(performance.now() - startedAt);
        return { milliseconds, sample: options.sample ?? null, ...facts };
    } catch (error) {
        throw toFault(error);
    }
}

// A deploy creates the file, but not its folder. Not opened read-only: VACUUM then fails on generated columns, and on rows
// that break a rule of their table.
async function openSource(target: Target, signal: AbortSignal | undefined): Promise<Connection> {
    if (target.kind === "server" || target.path === inMemory || existsSync(target.path)) {
        return openConnection(target, signal);
    }
    if (existsSync(dirname(target.path))) return openScratch();
    throw new DatabaseFault("cannot-open", "SQLITE_CANTOPEN", undefined, { variant: "no-folder" });
}

type CopyFacts = Omit<CopyReport, "milliseconds" | "sample">;

// One consistent view, whatever the tables hold.
async function copyWhole(source: Connection, path: string, { sample, signal }: CopyOptions): Promise<CopyFacts> {
    const pageNote = await copyFile(source, path, signal);
    throwIfInterrupted(signal);
    return fillFile(path, signal, async (database) => {
        const schema = await readSchema(database);
        const tables = await readCopiedTables(database, schema);
        if (sample !== undefined) await pruneToSample(database, schema, tables, sample);
        let rows = 0;
        for (const { name } of tables) rows += await countRows(database, { name });
        const notes = [
            ...(pageNote === undefined ? [] : [pageNote]),
            ...(sample === undefined ? [] : noteKept(tables)),
        ];
        return { tables: countTables(tables), rows, views: 1, requests: 0, rowsRead: 0, notes };
    });
}

async function copyTables(source: Connection, path: string, options: CopyOptions): Promise<CopyFacts> {
    const snapshot = await source.begin("read");
    try {
        return await fillFile(path, options.signal, async (database) => {
            const schema = await readSchema(snapshot);
            const notes: string[] = [];
            let unmakeable: readonly UnmakeableObject[] | undefined;
            const make = async (rows: readonly SchemaRow[]): Promise<void> => {
                for (const { type, name, sql } of rows) {
                    const refusal = sql === null ? undefined : await database.tryRun(sql);
                    if (refusal === undefined) continue;
                    notes.push(`The ${type} '${name}' could not be created on the copy: ${refusal}.`);
                    unmakeable ??= await findUnmakeable(schema);
                    const other = unmakeable.find((object) => object.type === type && object.name === name);
                    if (other?.sql !== undefined && (await database.tryRun(other.sql)) === undefined) {
                        notes[notes.length - 1] =
                            `The copy has the ${type} '${name}' ${other.changes.join(" and ")}: ${refusal}.`;
                    }
                }
            };
            const isShadow = findShadows(schema);
            const byType = (type: SchemaRow["type"]): SchemaRow[] =>
                schema.filter((row) => row.type === type && !row.name.startsWith("sqlite_") && !isShadow(row.name));
            await make(byType("table"));
            const tables = await readCopiedTables(database, schema);
            const filled = await fill(snapshot, database, tables, options);
            await make([...byType("index"), ...byType("view"), ...byType("trigger")]);
            if (schema.some(({ name }) => name === "sqlite_sequence")) await copySequences(snapshot, database);
            const { views } = snapshot;
            const { requests } = source.cost;
            const rowsRead = source.countsRows ? source.cost.rowsRead : null;
            const keyed = tables.filter(({ order }) => order.columns.length > 0);
            const kept = options.sample === undefined ? [] : noteKept(keyed);
            return {
                ...{ tables: countTables(tables), rows: filled.rows, views, requests, rowsRead },
                notes: [...noteViews(views), ...notes, ...filled.notes, ...kept],
            };
        });
    } finally {
        await snapshot.close();
    }
}

async function fill(
    snapshot: ReadTransaction,
    database: Transaction,
    tables: readonly StoredTable[],
    { sample, signal }: CopyOptions,
): Promise<{ rows: number; notes: string[] }> {
    const notes: string[] = [];
    let rows = 0;
    for (const table of tables) {
        if (table.order.columns.length === 0) {
            notes.push(`The rows of '${table.name}' were not copied: they have no key to read them by.`);
            continue;
        }
        // A virtual table inserts rows into its shadow tables when it is created.
        await database.run(`DELETE FROM ${quoteName(table.name)}`);
        const where = sample === undefined || !isSampled(table) ? undefined : renderEnds(table, sample);
        const { copied, refused } = await copyRows(snapshot, database, table, where, signal);
        rows += copied;
        if (refused > 0) notes.push(noteRefused(table.name, refused));
    }
    if (sample !== undefined) rows += await addParents(snapshot, database, tables, signal);
    return { rows, notes };
}

// CHECKs are off, because the database may hold rows that break one.
async function fillFile<T>(
    path: string,
    signal: AbortSignal | undefined,
    body: (database: Transaction) => Promise<T>,
): Promise<T> {
    const connection = openFile({ kind: "file", path, label: path, local: true }, signal);
    let database: Transaction | undefined;
    try {
        database = await connection.begin("write", { foreignKeysOff: true, checksOff: true });
        const result = await body(database);
        await database.commit();
        return result;
    } finally {
        await database?.close();
        connection.close();
    }
}

async function copySequences(snapshot: ReadTransaction, database: Transaction): Promise<void> {
    // SQLite keeps the table when the last one with AUTOINCREMENT is gone, and plans depend on it.
    await database.run(`CREATE TABLE ${guardTable} (id INTEGER PRIMARY KEY AUTOINCREMENT)`);
    await database.run(`DROP TABLE ${guardTable}`);
    const answer = await snapshot.read({ sql: "SELECT json_group_array(json_array(name, seq)) FROM sqlite_sequence" });
    const sequences = String(answer?.rows[0]?.[0] ?? "[]");
    await database.run("DELETE FROM sqlite_sequence");
    await database.run(
        `INSERT INTO sqlite_sequence (name, seq) ` +
            `SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(${quoteText(sequences)})`,
    );
}

function countTables(tables: readonly StoredTable[]): number {
    return tables.filter(({ isShadow }) => !isShadow).length;
}

function noteRefused(table: string, rows: number): string {
    const what = rows === 1 ? `1 row of '${table}' was` : `${rows} rows of '${table}' were`;
    return `${what} not copied: ${rows === 1 ? "it breaks" : "they break"} a NOT NULL or the type of a column.`;
}

function noteViews(views: number): string[] {
    const risk = "rows that were written meanwhile may not fit together";
    return views <= 1
        ? []
        : [`The server ended its read transaction, so the copy was read in ${views} views: ${risk}.`];
}

function noteKept(tables: readonly StoredTable[]): string[] {
    const kept = tables.filter((table) => !isSampled(table)).map(({ name }) => name);
    return kept.length === 0 ? [] : [`Not sampled, but whole: ${kept.join(", ")}.`];
}
