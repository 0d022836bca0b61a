import type { Argument, Connection, ReadResult, Row } from "../database/connection.ts";
import { decide } from "./decide.ts";
import { keyOf, type Valid } from "./duplicates.ts";
import type { ColumnValues, Loader, Rejection } from "./loader.ts";
import { type ColumnInfo, selectExisting, selectReferenced, selectTakeOver } from "./statements.ts";
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
    const queries = [
        ...(input.isEmpty ? [] : [selectExisting(loader, names, values)]),
        ...(loader.references ?? []).map((reference, at) => selectReferenced(reference, asked[at] ?? [])),
        ...(loader.takesOver ? [selectTakeOver(loader, loader.takesOver, values)] : []),
    ];
    const isKnown = input.isEmpty && !loader.takesOver && asked.every((records) => records.length === 0);
    const results = isKnown ? queries.map(() => undefined) : await connection.readAll(queries);
    const [existing, ...others] = input.isEmpty ? [undefined, ...results] : results;
    const rows = new Map(rowsOf(existing).map((row) => [keyOf(loader, row as ColumnValues), row]));
    const findDangling = findDanglingIn(input, others);
    const takeOver = offerRows(loader, loader.takesOver ? rowsOf(others.at(-1)) : []);
    const created: Valid[] = [];
    const updated: { record: Valid; row: Row }[] = [];
    const takenOver: { record: Valid; id: Argument }[] = [];
    const unchanged: Valid[] = [];
    const rejected: Rejection[] = [];
    let older = 0;
    for (const record of chunk) {
        const reject = (code: string, message: string): void => {
            rejected.push({ ...placeOf(record), code, message, record: record.source.value });
        };
        const dangling = findDangling(record.values);
        if (dangling !== undefined) {
            reject("dangling-reference", dangling);
            continue;
        }
        const row = rows.get(keyOf(loader, record.values));
        const decision = decide(loader, record.values, row, input.force);
        if (decision.outcome === "rejected") reject(decision.code, decision.message);
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

/** Where a record stands, for a rejection. */
export function placeOf({ source: { file, position } }: Valid): Pick<Rejection, "file" | "position"> {
    return { file, position };
}

function findDanglingIn(
    { loader, planned }: DecideInput,
    results: readonly (ReadResult | undefined)[],
): (values: ColumnValues) => string | undefined {
    const references = (loader.references ?? []).map((reference, at) => ({
        ...reference,
        known: new Set([...rowsOf(results[at]).map((row) => row.found), ...(planned.get(reference.table) ?? [])]),
    }));
    return (values) => {
        const dangling = references.find(({ column, known }) => values[column] != null && !known.has(values[column]));
        return dangling && `${dangling.column} '${values[dangling.column]}' is not in ${dangling.table}`;
    };
}

// Each row is offered once; several that match go in their order.
function offerRows(loader: Loader, rows: readonly Row[]): (values: ColumnValues) => Argument | undefined {
    const match = loader.takesOver?.match ?? [];
    const offers = new Map<string, Argument[]>();
    const matchOf = (values: Readonly<Record<string, unknown>>): string =>
        JSON.stringify(match.map((column) => values[column] ?? null));
    for (const row of rows) {
        const key = matchOf(row);
        offers.set(key, [...(offers.get(key) ?? []), row.id as Argument]);
    }
    return (values) => (offers.size === 0 ? undefined : offers.get(matchOf(values))?.shift());
}

function rowsOf(result: ReadResult | undefined): readonly Row[] {
    return result?.ok ? result.rows : [];
}
