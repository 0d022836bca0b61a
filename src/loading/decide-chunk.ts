import type { Argument, Connection, ReadResult, Row } from "../database/connection.ts";
import { toSnakeCase } from "../sql/names.ts";
import { decide } from "./decide.ts";
import { keyOf, type Valid } from "./duplicates.ts";
import type { ColumnValues, Loader, Rejection } from "./loader.ts";
import { getRows, selectExisting, selectReferenced } from "./statements.ts";
import { type OfferedRow, offerRows, selectTakeOver, takeOverKey } from "./take-over.ts";
import type { Changes, TableInfo } from "./write.ts";

/** Keys that a dry run would have created, so that references to them are not taken for dangling. */
export type Planned = Map<string, Set<Argument>>;

/** What becomes of the records of a chunk. */
export interface Decided extends Changes {
    readonly unchanged: readonly Valid[];
    readonly older: number;
    readonly rejected: readonly Rejection[];
}

export interface DecideInput {
    readonly connection: Connection;
    readonly loader: Loader;
    readonly table: TableInfo;
    readonly planned: Planned;
    /** The table had no row when the load began, so no record meets one. */
    readonly isEmpty: boolean;
    /** Whether a record of this load has this key. */
    readonly isMentioned: (key: string) => boolean;
    /** Existing rows are updated although the record is not known to be newer. */
    readonly force: boolean;
}

/**
 * Reads the rows that a chunk meets, in one request, and decides about each of its records.
 *
 * @throws DatabaseFault also when there is too much to be read at once
 */
export async function decideChunk(input: DecideInput, chunk: readonly Valid[]): Promise<Decided> {
    const { connection, loader, table } = input;
    const values = chunk.map((record) => record.values);
    const names = table.columns.map((column) => column.name);
    const asked = (loader.references ?? []).map((reference) => {
        const created = input.planned.get(reference.table);
        return values.filter((record) => !created?.has(record[reference.column] ?? null));
    });
    const { takesOver } = loader;
    const asking = new Map(takesOver && values.map((record) => [takeOverKey(takesOver, record), record]));
    const queries = [
        ...(input.isEmpty ? [] : [selectExisting(loader, names, values)]),
        ...(loader.references ?? []).map((reference, at) => selectReferenced(reference, asked[at] ?? [])),
        ...(takesOver ? [selectTakeOver(loader, takesOver, [...asking.keys()])] : []),
    ];
    const isKnown = input.isEmpty && !takesOver && asked.every((records) => records.length === 0);
    const results = isKnown ? queries.map(() => undefined) : await connection.readAll(queries);
    const [existing, ...others] = input.isEmpty ? [undefined, ...results] : results;
    const rows = new Map(getRows(existing).map((row) => [keyOf(loader, row as ColumnValues), row]));
    const findDangling = findDanglingIn(input, others);
    const takeOver = takesOver
        ? offerRows(loader, takesOver, asking, getRows(others.at(-1))[0]?.found, input.isMentioned)
        : () => undefined;
    const created: Valid[] = [];
    const updated: { record: Valid; row: Row }[] = [];
    const takenOver: { record: Valid; row: OfferedRow }[] = [];
    const unchanged: Valid[] = [];
    const rejected: Rejection[] = [];
    let older = 0;
    for (const record of chunk) {
        const dangling = findDangling(record.values);
        if (dangling !== undefined) {
            rejected.push(toRejection(record, "dangling-reference", dangling));
            continue;
        }
        const row = rows.get(keyOf(loader, record.values));
        const own = row && !input.force ? withoutDerived(record) : record;
        const decision = decide(loader, own.values, row, input.force);
        if (decision.outcome === "rejected") rejected.push(toRejection(record, decision.code, decision.message));
        else if (decision.outcome === "unchanged") unchanged.push(record);
        else if (decision.outcome === "older") older++;
        else if (row) updated.push({ record: own, row });
        else {
            const offered = takeOver(record.values);
            if (offered === undefined) created.push(record);
            else takenOver.push({ record, row: offered });
        }
    }
    return { created, updated, takenOver, unchanged, older, rejected };
}

/** A record that passed its check and cannot be loaded all the same. */
export function toRejection({ source: { file, position, value } }: Valid, code: string, message: string): Rejection {
    return { file, position, code, message, record: value };
}

function withoutDerived(record: Valid): Valid {
    const { derived = [] } = record.source;
    if (derived.length === 0) return record;
    const columns = new Set(derived.map(toSnakeCase));
    const values = Object.entries(record.values).filter(([column]) => !columns.has(column));
    return { ...record, values: Object.fromEntries(values) };
}

function findDanglingIn(
    { loader, planned }: DecideInput,
    results: readonly (ReadResult | undefined)[],
): (values: ColumnValues) => string | undefined {
    const references = (loader.references ?? []).map((reference, at) => ({
        ...reference,
        found: new Set(getRows(results[at]).map((row) => row.found)),
        created: planned.get(reference.table),
    }));
    return (values) => {
        const dangling = references.find(({ column, found, created }) => {
            const value = values[column] ?? null;
            return value !== null && !found.has(value) && !created?.has(value);
        });
        return dangling && `${dangling.column} '${values[dangling.column]}' is not in ${dangling.table}`;
    };
}
