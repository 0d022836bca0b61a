import type { Argument, Connection, ReadResult, Row, Value } from "../database/connection.ts";
import { toSnakeCase } from "../sql/names.ts";
import { isSameJson } from "../text/json.ts";
import { type ColumnValues, holdsJson, keyOf, type Loader, type Rejection, toRejection } from "./loader.ts";
import { getRows, readExisting, selectExisting, selectReferenced } from "./statements.ts";
import { type OfferedRow, offerRows, selectTakeOver, takeOverKey } from "./take-over.ts";
import { normalizeTime } from "./time.ts";
import type { Valid } from "./validate.ts";
import type { Changes, LoadTable } from "./write.ts";

/** By table, the keys that this load created or, in a dry run, would create: references to them are not dangling. */
export type CreatedKeys = Map<string, Set<Argument>>;

/** The records of a chunk by outcome. */
export interface Decided extends Changes {
    readonly unchanged: readonly Valid[];
    readonly older: number;
    readonly rejected: readonly Rejection[];
}

interface DecideInput {
    readonly connection: Connection;
    readonly loader: Loader;
    readonly table: LoadTable;
    readonly createdKeys: CreatedKeys;
    /** The table had no rows when the load began. */
    readonly isEmpty: boolean;
    /** Whether a record of this load has this key. */
    readonly isMentioned: (key: string) => boolean;
    readonly force: boolean;
}

/**
 * Compares the records of a chunk with their rows, read in one request.
 * @throws DatabaseFault, also for large rows
 */
export async function decideChunk(input: DecideInput, chunk: readonly Valid[]): Promise<Decided> {
    const { loader, force } = input;
    const { rows, findDangling, takeOver } = await readChunkRows(input, chunk);
    const created: Valid[] = [];
    const updated: { record: Valid; row: Row }[] = [];
    const takenOver: { record: Valid; row: OfferedRow }[] = [];
    const unchanged: Valid[] = [];
    const rejected: Rejection[] = [];
    let older = 0;
    for (const record of chunk) {
        const { source } = record;
        const dangling = findDangling(record.values);
        if (dangling !== undefined) {
            rejected.push(toRejection(source, "dangling-reference", dangling));
            continue;
        }
        const row = rows.get(keyOf(loader, record.values));
        if (!row) {
            const offered = takeOver(record.values);
            if (offered) takenOver.push({ record, row: offered });
            else created.push(record);
            continue;
        }
        const own = force ? record : withoutDerived(record);
        const decision = decide(loader, own.values, row, force);
        if (decision === "unchanged") unchanged.push(record);
        else if (decision === "older") older++;
        else if (decision === "updated") updated.push({ record: own, row });
        else rejected.push(toRejection(source, "undated-change", decision.undated));
    }
    return { created, updated, takenOver, unchanged, older, rejected };
}

/** The rows that the records of a chunk are compared with. */
interface ChunkRows {
    /** By key. */
    readonly rows: ReadonlyMap<string, Row>;
    /** Describes the first dangling reference of a record. */
    readonly findDangling: (values: ColumnValues) => string | undefined;
    /** Returns the row that a record replaces; each row once. */
    readonly takeOver: (values: ColumnValues) => OfferedRow | undefined;
}

async function readChunkRows(input: DecideInput, chunk: readonly Valid[]): Promise<ChunkRows> {
    const { connection, loader, isEmpty, createdKeys, isMentioned } = input;
    const { references = [], takesOver } = loader;
    const values = chunk.map((record) => record.values);
    const unresolved = references.map(({ table, column }) => {
        const created = createdKeys.get(table);
        return values.filter((record) => !created?.has(record[column] ?? null));
    });
    const candidates = new Map(takesOver && values.map((record) => [takeOverKey(takesOver, record), record]));
    const names = input.table.columns.map((column) => column.name);
    const queries = [
        ...(isEmpty ? [] : [selectExisting(loader, names, values)]),
        ...references.map((reference, at) => selectReferenced(reference, unresolved[at] ?? [])),
        ...(takesOver ? [selectTakeOver(loader, takesOver, [...candidates.keys()])] : []),
    ];
    const needsNothing = isEmpty && !takesOver && unresolved.every((records) => records.length === 0);
    const results = needsNothing ? [] : await connection.readAll(queries);
    const [existing, ...others] = isEmpty ? [undefined, ...results] : results;
    return {
        rows: new Map(readExisting(loader, names, existing).map((row) => [keyOf(loader, row as ColumnValues), row])),
        findDangling: findDanglingIn(input, others),
        takeOver: takesOver
            ? offerRows(loader, takesOver, candidates, getRows(others.at(-1))[0]?.found, isMentioned)
            : () => undefined,
    };
}

function findDanglingIn(
    { loader, createdKeys }: DecideInput,
    results: readonly (ReadResult | undefined)[],
): ChunkRows["findDangling"] {
    const references = (loader.references ?? []).map((reference, at) => ({
        ...reference,
        found: new Set(getRows(results[at]).map((row) => row.found)),
        created: createdKeys.get(reference.table),
    }));
    return (values) => {
        const dangling = references.find(({ column, found, created }) => {
            const value = values[column] ?? null;
            return value !== null && !found.has(value) && !created?.has(value);
        });
        return dangling && `${dangling.column} '${values[dangling.column]}' is not in ${dangling.table}`;
    };
}

function withoutDerived(record: Valid): Valid {
    const { derived = [] } = record.source;
    if (derived.length === 0) return record;
    const columns = new Set(derived.map(toSnakeCase));
    const values = Object.entries(record.values).filter(([column]) => !columns.has(column));
    return { ...record, values: Object.fromEntries(values) };
}

/** The outcome of a record whose row exists. */
function decide(
    loader: Loader,
    values: ColumnValues,
    row: Row,
    force: boolean,
): "unchanged" | "updated" | "older" | { readonly undated: string } {
    if (isEqual(loader, values, row)) return "unchanged";
    if (force) return "updated";
    const changedAt = loader.changedAt ?? "";
    const [theirs, ours] = [timeOf(values[changedAt]), timeOf(row[changedAt])];
    // Bytes that are not UTF-8 cannot be intended, so a record of the same age replaces them.
    if (hasBrokenText(values, row) && !(theirs !== undefined && ours !== undefined && theirs < ours)) return "updated";
    if (theirs === undefined || theirs === ours) {
        const why = theirs === undefined ? "the record does not say when" : `both say ${theirs}`;
        return { undated: `differs from its row, but which is newer is not known (${why}); --force loads it` };
    }
    return ours === undefined || theirs > ours ? "updated" : "older";
}

/** Whether the row has the record's value in every compared column that the record mentions. */
export function isEqual(loader: Loader, values: ColumnValues, row: Readonly<Record<string, Value>>): boolean {
    const kinds = new Map(Object.entries(loader.fields).map(([field, kind]) => [toSnakeCase(field), kind]));
    return Object.entries(values).every(([column, value]) => {
        if (column === loader.changedAt || loader.ignored?.includes(column)) return true;
        const kind = kinds.get(column);
        const live = row[column] ?? null;
        if (value === live) return true;
        if (kind === "any-json" && value === "null" && live === null) return true;
        if (holdsJson(kind)) return typeof value === "string" && typeof live === "string" && isSameJson(value, live);
        return kind === "time" && timeOf(value) !== undefined && timeOf(value) === timeOf(live);
    });
}

function hasBrokenText(values: ColumnValues, row: Row): boolean {
    return Object.keys(values).some((column) => {
        const live = row[column];
        return typeof live === "string" && !live.isWellFormed();
    });
}

function timeOf(value: unknown): string | undefined {
    return typeof value === "string" ? normalizeTime(value) : undefined;
}
