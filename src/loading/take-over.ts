import { collectByteRows, readByteRows } from "../database/byte-rows.ts";
import type { Argument, Query, Value } from "../database/connection.ts";
import type { Column } from "../schema/table.ts";
import { toSnakeCase } from "../sql/names.ts";
import { quoteName } from "../sql/quoting.ts";
import { type ColumnValues, keyOf, type Loader, type TakeOver } from "./loader.ts";
import { orDefault } from "./statements.ts";

/** A row, as read, that a record can take over. */
export interface OfferedRow {
    readonly id: Argument;
    /** By column of the loader's key. */
    readonly values: ColumnValues;
}

/**
 * Selects the rows that records can take over.
 *
 * @param keys distinct results of takeOverKey()
 * @returns a query for one row, whose `found` has rows for readByteRows() ordered by row id: [index of the key, row id, …values
 * of the other columns of the loader's key]
 */
export function selectTakeOver(loader: Loader, takesOver: TakeOver, keys: readonly string[]): Query {
    const match = takesOver.match.map((column, at) => `t.${quoteName(column)} = given.value ->> '$[${at}]'`);
    const others = listOthers(loader, takesOver);
    const read = [takesOver.id, ...others].map((column, at) => `t.${quoteName(column)} AS value_${at}`);
    const values = read.map((_, at) => `value_${at}`);
    return {
        sql:
            `SELECT ${collectByteRows(["at", ...values])} AS found FROM (` +
            `SELECT given.key AS at, ${read.join(", ")} FROM json_each(?) AS given ` +
            `CROSS JOIN ${quoteName(loader.table)} AS t ON ${match.join(" AND ")} WHERE ${takesOver.where} ORDER BY t.${quoteName(takesOver.id)})`,
        args: [`[${keys.join(",")}]`],
    };
}

/** The values, as JSON, that a record shares with the rows that it can take over. */
export function takeOverKey(takesOver: TakeOver, values: ColumnValues): string {
    return JSON.stringify(takesOver.match.map((column) => values[column] ?? null));
}

/**
 * Offers each row that selectTakeOver() found once, in order.
 *
 * @param candidates one record for each key passed to selectTakeOver(), in the same order
 * @param isMentioned whether a record of this load has this key: a row with it is not offered
 */
export function offerRows(
    loader: Loader,
    takesOver: TakeOver,
    candidates: ReadonlyMap<string, ColumnValues>,
    found: Value | undefined,
    isMentioned: (key: string) => boolean,
): (values: ColumnValues) => OfferedRow | undefined {
    const others = listOthers(loader, takesOver);
    const offers = new Map<string, OfferedRow[]>();
    const keys = [...candidates];
    for (const row of readByteRows(found) as Argument[][]) {
        // A record cannot say which bytes that are not UTF-8 it replaces.
        if (row.some((value) => typeof value === "string" && !value.isWellFormed())) continue;
        const [key, record] = keys[Number(row[0])] ?? ["", {}];
        const values: Record<string, Argument> = {};
        for (const column of takesOver.match) values[column] = record[column] ?? null;
        for (const [at, column] of others.entries()) values[column] = row[at + 2] ?? null;
        if (isMentioned(keyOf(loader, values))) continue;
        const known = offers.get(key) ?? [];
        known.push({ id: row[1] ?? null, values });
        offers.set(key, known);
    }
    return (values) => {
        const offered = offers.get(takeOverKey(takesOver, values)) ?? [];
        const at = offered.findIndex((row) => takesOver.accepts?.(values, row.values) ?? true);
        return at === -1 ? undefined : offered.splice(at, 1)[0];
    };
}

/** Replaces rows that are still as they were read. Columns that a record lacks get their default, except `keeps`. */
export function takeOverRows(
    loader: Loader,
    takesOver: TakeOver,
    columns: readonly Column[],
    records: readonly { readonly values: ColumnValues; readonly row: OfferedRow }[],
    asRows: boolean,
): Query {
    const fields = new Set(Object.keys(loader.fields).map(toSnakeCase));
    const used = columns.filter((column) => fields.has(column.name));
    const others = listOthers(loader, takesOver);
    const valueAt = (at: number): string => (asRows ? `?${at + 1}` : `given.value ->> '$[${at}]'`);
    const set = used.map((column, at) => {
        const value = takesOver.keeps?.includes(column.name)
            ? `coalesce(${valueAt(at)}, t.${quoteName(column.name)})`
            : orDefault(column, valueAt(at));
        return `${quoteName(column.name)} = ${value}`;
    });
    const same = [takesOver.id, ...others].map(
        (column, at) => `t.${quoteName(column)} IS ${valueAt(used.length + at)}`,
    );
    const rows = records.map(({ values, row }) => [
        ...used.map((column) => values[column.name] ?? null),
        row.id,
        ...others.map((column) => row.values[column] ?? null),
    ]);
    const update = `UPDATE ${quoteName(loader.table)} AS t SET ${set.join(", ")}`;
    const where = `WHERE ${same.join(" AND ")} AND ${takesOver.where}`;
    if (asRows) return { sql: `${update} ${where}`, rows };
    return { sql: `${update} FROM json_each(?) AS given ${where}`, args: [{ items: rows }] };
}

// The columns of the key that are not matched.
function listOthers(loader: Loader, takesOver: TakeOver): readonly string[] {
    return loader.key.filter((column) => !takesOver.match.includes(column));
}
