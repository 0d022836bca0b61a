import type { Context } from "../src/cli/program.ts";
import { warnOfUnfinished } from "../src/cli/report.ts";
import type { Connection } from "../src/database/connection.ts";
import { AppError } from "../src/errors.ts";
import { isMadeElsewhere, madeElsewhere } from "../src/planning/judge.ts";
import { readAll } from "../src/planning/prepare.ts";

/**
 * Refuses a database without the schema, or with a newer one.
 *
 * @param options.anyVersion accept a newer one, for a command that only reads
 * @throws AppError `usage` or `database-newer`, or the fault of the read
 */
export async function refuseUndeployed(
    { root, output }: Pick<Context, "root" | "output">,
    connection: Connection,
    table: string,
    options: { anyVersion?: boolean } = {},
): Promise<void> {
    const { state } = await readAll(root, connection, {
        ...options,
        leaveOut: warnOfUnfinished(output),
        extra: [{ sql: `SELECT 1 FROM ${table} LIMIT 0` }],
    });
    if (state.extra[0]?.ok) return;
    throw new AppError("usage", `the database has no table '${table}' yet`, {
        hint: isMadeElsewhere(state) ? madeElsewhere : "deploy the schema first with `pnpm db:migrate`",
        outcome: "Nothing was changed.",
    });
}
