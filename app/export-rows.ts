import type { Connection, Row } from "../src/database/connection.ts";
import { DatabaseFault } from "../src/database/faults.ts";
import type { Loader } from "../src/loading/loader.ts";
import { toSnakeCase } from "../src/sql/names.ts";

/** Rows per request; fewer if they exceed a server's response limit of 10 MB. */
const pageRows = 500;

/** A row in the form of the exports: camelCase names, JSON columns as values. */
export type ExportedRow = Readonly<Record<string, unknown>>;

/** Reads the fields of a loader from its table, page by page, ordered by rowid. */
export async function* exportRows(connection: Connection, loader: Loader): AsyncGenerator<ExportedRow> {
    const columns = Object.keys(loader.fields).map(toSnakeCase).join(", ");
    let page = pageRows;
    for (let last = 0; ; ) {
        const [result] = await connection.readAll([
            {
                sql: `SELECT rowid AS export_position, ${columns} FROM ${loader.table} WHERE rowid > ? ORDER BY rowid LIMIT ${page}`,
                args: [last],
            },
        ]);
        if (result?.ok === false && page > 1 && /too large/i.test(result.message)) {
            page = Math.ceil(page / 4);
            continue;
        }
        if (!result?.ok) throw new DatabaseFault("sql", result?.message ?? "no result");
        for (const row of result.rows) yield toExported(loader, row);
        const end = result.rows.at(-1);
        if (!end) return;
        last = Number(end.export_position);
    }
}

function toExported(loader: Loader, row: Row): ExportedRow {
    return Object.fromEntries(
        Object.entries(loader.fields).map(([field, kind]) => {
            const value = row[toSnakeCase(field)] ?? null;
            return [field, kind === "json" && typeof value === "string" ? JSON.parse(value) : value];
        }),
    );
}
