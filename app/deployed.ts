import type { Connection } from "../src/database/connection.ts";
import { AppError } from "../src/errors.ts";
import { readAll } from "../src/planning/prepare.ts";

/**
 * Refuses a database to which the schema was not deployed yet, and one that newer files were deployed to.
 *
 * @param options.anyVersion takes one that is newer than the files, too: for what only reads
 * @throws AppError `usage` or `database-newer`, or the fault of the read
 */
export async function refuseUndeployed(
    root: string,
    connection: Connection,
    table: string,
    options: { anyVersion?: boolean } = {},
): Promise<void> {
    const { state } = await readAll(root, connection, {
        ...options,
        extra: [{ sql: `SELECT 1 FROM ${table} LIMIT 0` }],
    });
    if (state.extra[0]?.ok) return;
    throw new AppError("usage", `the database has no table '${table}' yet`, {
        hint: "deploy the schema first with `pnpm db:migrate`",
        outcome: "Nothing was changed.",
    });
}
