import type { Connection } from "../src/database/connection.ts";
import { AppError } from "../src/errors.ts";

/**
 * Refuses a database to which the schema was not deployed yet.
 *
 * @throws AppError `usage`
 */
export async function refuseUndeployed(connection: Connection, table: string): Promise<void> {
    const [found] = await connection.readAll([{ sql: `SELECT 1 FROM ${table} LIMIT 0` }]);
    if (found?.ok) return;
    throw new AppError("usage", `the database has no table '${table}' yet`, {
        hint: "deploy the schema first with `pnpm db:migrate`",
        outcome: "Nothing was changed.",
    });
}
