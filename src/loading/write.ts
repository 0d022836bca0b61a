import type { Argument, Connection, Row } from "../database/connection.ts";
import { DatabaseFault } from "../database/faults.ts";
import type { Column, Table } from "../schema/table.ts";
import { encodeBytes } from "../text/decode.ts";
import type { Loader } from "./loader.ts";
import { checkChanges, insertRecords, updateRecords } from "./statements.ts";
import { type OfferedRow, takeOverRows } from "./take-over.ts";
import type { Valid } from "./validate.ts";

/** The changes of a chunk. */
export interface Changes {
    readonly created: readonly Valid[];
    /** Each with its row as read. */
    readonly updated: readonly { readonly record: Valid; readonly row: Row }[];
    /** Each with the row that it replaces. */
    readonly takenOver: readonly { readonly record: Valid; readonly row: OfferedRow }[];
}

/** A loader's table. */
export interface LoadTable extends Pick<Table, "sql"> {
    readonly columns: readonly Column[];
    /** The database refuses two rows with the same key. */
    readonly isKeyUnique: boolean;
}

/**
 * Prepares the transaction that writes the changes of a chunk; without changes nothing is sent. The returned function runs
 * it and throws a DatabaseFault, for which isRace() is true if rows changed after the read.
 */
export function prepareChanges(
    connection: Connection,
    loader: Loader,
    { columns, isKeyUnique }: LoadTable,
    { created, updated, takenOver }: Changes,
): () => Promise<unknown> {
    if (created.length + updated.length + takenOver.length === 0) return async () => undefined;
    const { around = { before: [], after: [] }, takesOver } = loader;
    const asRows = connection.prefersRows;
    const isGuarded = !isKeyUnique;
    const statements = [...around.before];
    if (created.length > 0) {
        const inserts = created.map((record) => record.values);
        statements.push(insertRecords(loader, columns, inserts, { asRows, isGuarded }));
        if (isGuarded && !asRows) statements.push(checkChanges(inserts.length));
    }
    if (updated.length > 0) {
        const updates = updated.map(({ record, row }) => ({
            ...record.values,
            rowid: (row.rowid ?? null) as Argument,
            previous: encodeBytes(String(row[loader.changedAt ?? ""] ?? ""))
                .toString("hex")
                .toUpperCase(),
        }));
        const names = columns.map((column) => column.name);
        statements.push(updateRecords(loader, names, updates), checkChanges(updates.length));
    }
    if (takesOver && takenOver.length > 0) {
        const rows = takenOver.map(({ record, row }) => ({ values: record.values, row }));
        statements.push(takeOverRows(loader, takesOver, columns, rows, asRows));
        if (!asRows) statements.push(checkChanges(rows.length));
    }
    return connection.prepareWrite([...statements, ...around.after]);
}

/** Whether a write failed because of a row that was created, changed or removed since it was read. */
export function isRace(error: unknown): boolean {
    return isChangedMeanwhile(error) || (error instanceof DatabaseFault && /UNIQUE|FOREIGN KEY/i.test(error.message));
}

/** Whether checkChanges() ended a write. */
export function isChangedMeanwhile(error: unknown): boolean {
    return error instanceof DatabaseFault && /malformed JSON|rows changed meanwhile/i.test(error.message);
}
