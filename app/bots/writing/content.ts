import { appendFile } from "node:fs/promises";
import type { Connection } from "../../../src/database/connection.ts";
import { AppError } from "../../../src/errors.ts";

/** A table of an optional set that a bot writes to. */
export interface ContentTable {
    readonly name: string;
    readonly set: string;
    readonly columns: readonly string[];
}

/**
 * Refuses a database without the table, or with one of another program that lacks columns. Reads them once.
 *
 * @throws AppError `usage` with the command that installs or adopts it
 */
export async function refuseWithoutTable(connection: Connection, { name, set, columns }: ContentTable): Promise<void> {
    const [result] = await connection.readAll([{ sql: "SELECT name FROM pragma_table_info(?)", args: [name] }]);
    const found = result?.ok ? result.rows.map((row) => String(row.name)) : [];
    if (found.length === 0) {
        throw new AppError("usage", `the database has no table '${name}'`, {
            hint: `install it with \`pnpm db:migrate --set ${set}\`, or write to a file with \`--out <file>\``,
            outcome: "Nothing was written.",
        });
    }
    const missing = columns.filter((column) => !found.includes(column));
    if (missing.length === 0) return;
    throw new AppError("usage", `the table '${name}' lacks the columns ${missing.join(", ")}`, {
        hint: `adopt it with \`pnpm db:adopt --set ${set}\`, or write to a file with \`--out <file>\``,
        outcome: "Nothing was written.",
    });
}

/** Appends a record to a file of records, one a line. */
export async function saveToFile(path: string, record: object): Promise<void> {
    await appendFile(path, `${JSON.stringify(record)}\n`).catch((cause: unknown) => {
        throw new AppError("usage", `${path} cannot be written: ${cause instanceof Error ? cause.message : cause}`, {
            cause,
        });
    });
}
