import type { Argument, Connection, Row } from "../database/connection.ts";
import { DatabaseFault } from "../database/faults.ts";
import type { Valid } from "./duplicates.ts";
import type { Loader } from "./loader.ts";
import { type ColumnInfo, checkChanges, insertRecords, updateRecords } from "./statements.ts";
import { type OfferedRow, takeOverRows } from "./take-over.ts";

/** What a chunk writes. */
export interface Changes {
    readonly created: readonly Valid[];
    /** Each with the row as it was read. */
    readonly updated: readonly { readonly record: Valid; readonly row: Row }[];
    /** Each with the row that it takes over. */
    readonly takenOver: readonly { readonly record: Valid; readonly row: OfferedRow }[];
}

/** A loader's table. */
export interface TableInfo {
    readonly columns: readonly ColumnInfo[];
    /** Whether the database itself refuses two rows with the same key. */
    readonly isKeyUnique: boolean;
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
    { columns, isKeyUnique }: TableInfo,
    { created, updated, takenOver }: Changes,
): () => Promise<unknown> {
    if (created.length + updated.length + takenOver.length === 0) return async () => undefined;
    const { before = [], after = [] } = loader.around ?? {};
    const inserts = created.map((record) => record.values);
    const updates = updated.map(({ record, row }) => ({
        ...record.values,
        rowid: (row.rowid ?? null) as Argument,
        previous: (row[loader.changedAt ?? ""] ?? null) as Argument,
    }));
    const names = columns.map((column) => column.name);
    const asRows = connection.prefersRows;
    const isGuarded = !isKeyUnique;
    return connection.prepareWrite([
        ...before,
        ...(inserts.length > 0 ? [insertRecords(loader, columns, inserts, { asRows, isGuarded })] : []),
        ...(inserts.length > 0 && isGuarded && !asRows ? [checkChanges(inserts.length)] : []),
        ...(updates.length > 0 ? [updateRecords(loader, names, updates), checkChanges(updates.length)] : []),
        ...(loader.takesOver && takenOver.length > 0
            ? [
                  takeOverRows(
                      loader,
                      loader.takesOver,
                      columns,
                      takenOver.map(({ record, row }) => ({ values: record.values, row })),
                      asRows,
                  ),
                  ...(asRows ? [] : [checkChanges(takenOver.length)]),
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
