import { collectByteRows, readByteRows } from "../../database/byte-rows.ts";
import type { Argument, Connection, Value } from "../../database/connection.ts";
import { DatabaseFault } from "../../database/faults.ts";
import { toSnakeCase } from "../../sql/names.ts";
import { parseAny } from "../../text/json.ts";
import { type FieldKind, holdsJson, type Loader } from "../loader.ts";

/** Rows per request; fewer if they exceed a server's response limit of 10 MB. */
const pageRows = 500;

/** A row in the form of the exports: camelCase names, JSON columns as values. */
export type ExportedRow = Readonly<Record<string, unknown>>;

/** A row that was left out, because a text in it is not UTF-8. */
export interface LeftOut {
    readonly column: string;
    /** Of the loader's key; bytes that are not UTF-8 as decodeBytes() gives them. */
    readonly key: Readonly<Record<string, Value>>;
}

/** Reads the fields of a loader from its table, page by page, ordered by rowid. */
export async function* exportRows(
    connection: Connection,
    loader: Loader,
    leaveOut: (row: LeftOut) => void,
): AsyncGenerator<ExportedRow> {
    const columns = Object.keys(loader.fields).map(toSnakeCase);
    const order = "export_position";
    const collected = collectByteRows([order, ...columns]);
    let page = pageRows;
    let last: Argument | undefined;
    for (;;) {
        const rows = `SELECT rowid AS ${order}, ${columns.join(", ")} FROM ${loader.table} ${last === undefined ? "" : "WHERE rowid > ?"} ORDER BY rowid`;
        const [result] = await connection.readAll([
            {
                sql: `SELECT ${collected} AS found FROM (${rows} LIMIT ${page})`,
                args: last === undefined ? [] : [last],
            },
        ]);
        if (result?.ok === false && page > 1 && /too (?:large|big)/i.test(result.message)) {
            page = Math.ceil(page / 4);
            continue;
        }
        if (!result?.ok) throw new DatabaseFault("sql", result?.message ?? "no result");
        const found = readByteRows(result.rows[0]?.found);
        for (const [position = null, ...values] of found) {
            last = position as Argument;
            const column = columns.find((_, at) => isBroken(values[at]));
            const row = Object.fromEntries(columns.map((name, at) => [name, values[at] ?? null]));
            if (column === undefined) yield toExported(loader, row);
            else leaveOut({ column, key: Object.fromEntries(loader.key.map((name) => [name, row[name] ?? null])) });
        }
        if (found.length === 0) return;
    }
}

function isBroken(value: Value | undefined): boolean {
    return typeof value === "string" && !value.isWellFormed();
}

function toExported(loader: Loader, row: Readonly<Record<string, Value>>): ExportedRow {
    return Object.fromEntries(
        Object.entries(loader.fields).flatMap(([field, kind]) => {
            const value = row[toSnakeCase(field)] ?? null;
            // Here null is the JSON null.
            return kind === "any-json" && value === null ? [] : [[field, toValue(kind, value)] as const];
        }),
    );
}

function toValue(kind: FieldKind, value: Value): unknown {
    return holdsJson(kind) && typeof value === "string" ? parseAny(value) : value;
}
