import type { Connection, Row } from "../database/connection.ts";
import type { MigrationSet } from "../planning/files.ts";
import { deployScratch } from "../planning/shadow.ts";
import { readState } from "../planning/state.ts";
import { isMigratorTable } from "../schema/facts.ts";
import { readTables } from "../schema/table.ts";
import { quoteName } from "../sql/quoting.ts";
import { renderMapper } from "./render-mapper.ts";
import { renderSchemaFile, type TableRows } from "./render-sql.ts";
import { renderTypes } from "./render-types.ts";

/**
 * Renders TURSO_SCHEMA.sql, schema.d.ts and schema.js from a fresh deploy of the core set into a scratch database.
 * @throws DatabaseFault when a statement of the files fails
 */
export async function buildSchemaFiles(core: MigrationSet): Promise<{ path: string; text: string }[]> {
    const connection = await deployScratch([core], core.migrations);
    try {
        const { schema } = await readState(connection, [core]);
        const content = await readContent(connection);
        const version = core.migrations.at(-1)?.version ?? 0;
        return [
            { path: "TURSO_SCHEMA.sql", text: renderSchemaFile(schema, content, version) },
            { path: "schema.d.ts", text: renderTypes(schema) },
            { path: "schema.js", text: renderMapper() },
        ];
    } finally {
        connection.close();
    }
}

// Rows as literals, so that the file contains what migrations insert.
async function readContent(connection: Connection): Promise<TableRows[]> {
    const content: TableRows[] = [];
    for (const { name: table, columns: all } of await readTables(connection)) {
        const columns = all.map(({ name }) => name);
        const literals = columns.map((column) => `quote(${quoteName(column)}) AS ${quoteName(column)}`).join(", ");
        const [result] = await connection.readAll([{ sql: `SELECT ${literals} FROM ${quoteName(table)} ORDER BY 1` }]);
        if (!result?.ok) throw new Error(result?.message ?? "no result");
        if (result.rows.length === 0) continue;
        const order = isMigratorTable(table) ? (row: Row): number => Number(row.version ?? 0) : (): number => 0;
        const sorted = [...result.rows].sort((a, b) => order(a) - order(b));
        content.push({ table, columns, rows: sorted.map((row) => columns.map((column) => String(row[column]))) });
    }
    return content;
}
