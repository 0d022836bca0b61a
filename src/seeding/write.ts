import type { Argument, Connection, Row } from "../database/connection.ts";
import { DatabaseFault } from "../database/faults.ts";
import type { Valid } from "./duplicates.ts";
import type { Loader } from "./loader.ts";
import { type ColumnInfo, checkChanges, insertRecords, takeOverRows, updateRecords } from "./statements.ts";

/** What a chunk writes. */
export interface Changes {
    readonly created: readonly Valid[];
    /** Each with the row as it was read. */
    readonly updated: readonly { readonly record: Valid; readonly row: Row }[];
    /** Each with the key of the row that it takes over. */
    readonly takenOver: readonly { readonly record: Valid; readonly id: Argument }[];
}

/**
 * Makes up the transaction that writes the changes of a chunk; without any, nothing is sent.
 *
 * @returns runs it; throws a DatabaseFault, of which isRace() tells those that mean that the rows are no longer as they
 * were read
 */
export function prepareChanges(
    connection: Connection,
    loader: Loader,
    columns: readonly ColumnInfo[],
    { created, updated, takenOver }: Changes,
): () => Promise<unknown> {
    if (created.length + updated.length + takenOver.length === 0) return async () => undefined;
    const { before = [], after = [] } = loader.around ?? {};
    const inserts = created.map((record) => record.values);
    const updates = updated.map(({ record, row }) => ({
        ...record.values,
        previous: (row[loader.changedAt ?? ""] ?? null) as string | null,
    }));
    const names = columns.map((column) => column.name);
    return connection.prepareWrite([
        ...before,
        ...(inserts.length > 0 ? [insertRecords(loader, columns, inserts, connection.prefersRows)] : []),
        ...(updates.length > 0 ? [updateRecords(loader, names, updates), checkChanges(updates.length)] : []),
        ...(loader.takesOver && takenOver.length > 0
            ? [
                  takeOverRows(
                      loader,
                      loader.takesOver,
                      columns,
                      takenOver.map(({ record, id }) => ({ ...record.values, takenOver: id })),
                      connection.prefersRows,
                  ),
                  ...(connection.prefersRows ? [] : [checkChanges(takenOver.length)]),
              ]
            : []),
        ...after,
    ]);
}

/** Whether a write failed because of a row that was created, changed or removed since it was read. */
export function isRace(error: unknown): boolean {
    return isChangedMeanwhile(error) || (error instanceof DatabaseFault && /UNIQUE|FOREIGN KEY/i.test(error.message));
}

/** Whether checkChanges() ended a write. */
export function isChangedMeanwhile(error: unknown): boolean {
    return error instanceof DatabaseFault && /malformed JSON|rows changed meanwhile/i.test(error.message);
}
