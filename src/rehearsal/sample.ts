import { isUtf8 } from "node:buffer";
import type { ReadTransaction, Transaction } from "../database/connection.ts";
import type { SchemaRow } from "../schema/row.ts";
import { quoteName } from "../sql/quoting.ts";
import { copyRows, followReference, type RowCounts, selectEnds } from "./copy-server.ts";
import { asRowValue, type ForeignKey, listNames, type TableLayout } from "./layout.ts";
import { readNumber, readRows } from "./queries.ts";

/**
 * Adds to a sample the rows of the server that its rows point to, until none is missing that the server has.
 *
 * @returns how many rows were added
 */
export async function addParents(
    snapshot: ReadTransaction,
    database: Transaction,
    tables: readonly TableLayout[],
    signal?: AbortSignal,
): Promise<RowCounts> {
    const total: RowCounts = { copied: 0, refused: 0 };
    for (let added = -1; added !== 0; ) {
        added = 0;
        for (const { child, key, parent } of listReferences(tables)) {
            const keys = await findMissingKeys(database, child, key);
            if (keys.length === 0) continue;
            // One step a round would be a request for each link of a chain.
            const along = child === parent ? key.columns : undefined;
            const selection = { by: "keys" as const, columns: key.parentColumns, keys, along };
            const counts = await copyRows(snapshot, database, parent, selection, signal);
            added += counts.copied;
            total.copied += counts.copied;
            total.refused += counts.refused;
        }
    }
    return total;
}

/**
 * Makes a whole copy a sample: so many rows of each table from both ends of its key, and the rows that they point to.
 * Triggers are taken away meanwhile; foreign keys must be off.
 */
export async function pruneToSample(
    database: Transaction,
    schema: readonly SchemaRow[],
    tables: readonly TableLayout[],
    rows: number,
): Promise<void> {
    const triggers = schema.filter((row) => row.type === "trigger" && row.sql !== null);
    const sampled = tables.filter((table) => !table.isWhole && table.key.length > 0);
    const keepOf = (table: TableLayout): string => `temp.${quoteName(`keep ${table.name}`)}`;
    for (const { name } of triggers) await database.run(`DROP TRIGGER ${quoteName(name)}`);
    for (const table of sampled) {
        await database.run(`CREATE TEMP TABLE ${quoteName(`keep ${table.name}`)} AS ${selectEnds(table, rows)}`);
    }
    for (let added = -1; added !== 0; ) {
        added = 0;
        for (const { child, key, parent } of listReferences(tables)) {
            if (!sampled.includes(parent)) continue;
            const kept = sampled.includes(child)
                ? `WHERE ${asRowValue(child.key)} IN (SELECT * FROM ${keepOf(child)})`
                : "";
            const pointed = `SELECT ${listNames(key.columns)} FROM ${quoteName(child.name)} ${kept}`;
            const sought =
                child === parent ? followReference(child.name, key.columns, key.parentColumns, pointed) : pointed;
            await database.run(
                `INSERT INTO ${keepOf(parent)} SELECT ${listNames(parent.key)} FROM ${quoteName(parent.name)} ` +
                    `WHERE ${asRowValue(key.parentColumns)} IN (${sought}) ` +
                    `AND ${asRowValue(parent.key)} NOT IN (SELECT * FROM ${keepOf(parent)})`,
            );
            added += await readNumber(database, "SELECT changes() AS number");
        }
    }
    for (const table of sampled) {
        await database.run(
            `DELETE FROM ${quoteName(table.name)} WHERE ${asRowValue(table.key)} NOT IN (SELECT * FROM ${keepOf(table)})`,
        );
    }
    for (const { sql } of triggers) await database.run(sql ?? "");
}

interface Reference {
    readonly child: TableLayout;
    readonly key: ForeignKey;
    readonly parent: TableLayout;
}

function listReferences(tables: readonly TableLayout[]): Reference[] {
    const byName = new Map(tables.map((table) => [table.name.toLowerCase(), table]));
    return tables.flatMap((child) =>
        child.foreignKeys.flatMap((key) => {
            const parent = byName.get(key.parent.toLowerCase());
            return parent && !parent.isWhole && parent.key.length > 0 ? [{ child, key, parent }] : [];
        }),
    );
}

// As JSON has neither blobs nor texts that are not UTF-8, rows that point by one are left as they are.
async function findMissingKeys(database: Transaction, child: TableLayout, key: ForeignKey): Promise<unknown[][]> {
    const columns = key.columns.map((column) => `child.${quoteName(column)}`);
    const isThere = key.parentColumns.map((column, at) => `parent.${quoteName(column)} = ${columns[at]}`).join(" AND ");
    const usable = columns.map((column) => `${column} IS NOT NULL AND typeof(${column}) <> 'blob'`).join(" AND ");
    const sql =
        `SELECT DISTINCT CAST(json_array(${columns.join(", ")}) AS BLOB) AS missing FROM ${quoteName(child.name)} AS child WHERE ${usable} ` +
        `AND NOT EXISTS (SELECT 1 FROM ${quoteName(key.parent)} AS parent WHERE ${isThere})`;
    return (await readRows<{ missing: Uint8Array }>(database, sql))
        .map(({ missing }) => Buffer.from(missing))
        .filter((missing) => isUtf8(missing))
        .map((missing) => JSON.parse(missing.toString("utf8")) as unknown[]);
}
