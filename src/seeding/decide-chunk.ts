import type { Argument, Connection, ReadResult, Row } from "../database/connection.ts";
import { decide } from "./decide.ts";
import { keyOf, type Valid } from "./duplicates.ts";
import type { ColumnValues, Loader, Rejection, TakeOver } from "./loader.ts";
import { type ColumnInfo, selectExisting, selectReferenced, selectTakeOver, takeOverKey } from "./statements.ts";
import type { Changes } from "./write.ts";

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
    readonly columns: readonly ColumnInfo[];
    readonly planned: Planned;
    /** The table had no row when the load began, so no record meets one. */
    readonly isEmpty: boolean;
    /** Existing rows are updated although the record is not known to be newer. */
    readonly force: boolean;
}

/** Reads the rows that a chunk meets, in one request, and decides about each of its records. */
export async function decideChunk(input: DecideInput, chunk: readonly Valid[]): Promise<Decided> {
    const { connection, loader, columns } = input;
    const values = chunk.map((record) => record.values);
    const names = columns.map((column) => column.name);
    const asked = (loader.references ?? []).map((reference) => {
        const created = input.planned.get(reference.table);
        return values.filter((record) => !created?.has(record[reference.column] ?? null));
    });
    const offers = loader.takesOver ? [...new Set(values.map(takeOverKeyOf(loader.takesOver)))] : [];
    const queries = [
        ...(input.isEmpty ? [] : [selectExisting(loader, names, values)]),
        ...(loader.references ?? []).map((reference, at) => selectReferenced(reference, asked[at] ?? [])),
        ...(loader.takesOver ? [selectTakeOver(loader, loader.takesOver, offers)] : []),
    ];
    const isKnown = input.isEmpty && !loader.takesOver && asked.every((records) => records.length === 0);
    const results = isKnown ? queries.map(() => undefined) : await connection.readAll(queries);
    const [existing, ...others] = input.isEmpty ? [undefined, ...results] : results;
    const rows = new Map(rowsOf(existing).map((row) => [keyOf(loader, row as ColumnValues), row]));
    const findDangling = findDanglingIn(input, others);
    const takeOver = offerRows(loader.takesOver, offers, loader.takesOver ? rowsOf(others.at(-1)) : []);
    const created: Valid[] = [];
    const updated: { record: Valid; row: Row }[] = [];
    const takenOver: { record: Valid; id: Argument }[] = [];
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
        const decision = decide(loader, record.values, row, input.force);
        if (decision.outcome === "rejected") rejected.push(toRejection(record, decision.code, decision.message));
        else if (decision.outcome === "unchanged") unchanged.push(record);
        else if (decision.outcome === "older") older++;
        else if (row) updated.push({ record, row });
        else {
            const id = takeOver(record.values);
            if (id === undefined) created.push(record);
            else takenOver.push({ record, id });
        }
    }
    return { created, updated, takenOver, unchanged, older, rejected };
}

/** A record that passed its check and cannot be loaded all the same. */
export function toRejection({ source: { file, position, value } }: Valid, code: string, message: string): Rejection {
    return { file, position, code, message, record: value };
}

function findDanglingIn(
    { loader, planned }: DecideInput,
    results: readonly (ReadResult | undefined)[],
): (values: ColumnValues) => string | undefined {
    const references = (loader.references ?? []).map((reference, at) => ({
        ...reference,
        found: new Set(rowsOf(results[at]).map((row) => row.found)),
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

// Each row is offered once; several that match go in their order.
function offerRows(
    takesOver: TakeOver | undefined,
    keys: readonly string[],
    rows: readonly Row[],
): (values: ColumnValues) => Argument | undefined {
    const found = rows[0]?.found;
    if (!takesOver || typeof found !== "string") return () => undefined;
    const offers = new Map<string, Argument[]>();
    for (const [at, id] of JSON.parse(found) as [number, Argument][]) {
        const key = keys[at] ?? "";
        const known = offers.get(key);
        if (known) known.push(id);
        else offers.set(key, [id]);
    }
    return (values) => offers.get(takeOverKey(takesOver, values))?.shift();
}

function takeOverKeyOf(takesOver: TakeOver): (values: ColumnValues) => string {
    return (values) => takeOverKey(takesOver, values);
}

function rowsOf(result: ReadResult | undefined): readonly Row[] {
    return result?.ok ? result.rows : [];
}
