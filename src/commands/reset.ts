import { type Context, confirmReset, openForWriting } from "../cli.ts";
import type { Connection } from "../database/connection.ts";
import { AppError } from "../errors.ts";
import { name } from "../migrations/bookkeeping.ts";
import { prepareDeploy, readAll } from "../migrations/deploy.ts";
import { prepareWayBack } from "../migrations/safety.ts";
import type { DatabaseState, SchemaRow } from "../migrations/state.ts";
import { printSummary, type RunOptions, runPrepared, withConnection } from "./run-prepared.ts";

/** db:reset: drops everything in a local database and deploys the schema anew. */
export async function reset(context: Context, options: RunOptions): Promise<void> {
    const { output } = context;
    const { config, connection } = await openForWriting(context);
    await withConnection(connection, async () => {
        if (!config.target.local) {
            throw new AppError("usage", `${config.target.label} is on another machine, and db:reset drops everything`, {
                hint: "it works on file: and loopback databases only; on another machine, make a new database",
                outcome: "Nothing was dropped.",
            });
        }
        const { state } = await readAll(context.root, connection);
        if (state.schema.length > 0) await confirmReset(context, config.target, options.yes ?? false);
        const wayBack = await prepareWayBack(connection, state, new Date());
        for (const line of wayBack.lines) output.line(line);
        await dropEverything(connection, state);
        const prepared = await prepareDeploy(context.root, connection);
        printSummary(context, connection, await runPrepared(context, connection, prepared, options));
    });
}

async function dropEverything(connection: Connection, state: DatabaseState): Promise<void> {
    const rows = state.schema.filter((row) => row.sql !== null && !row.name.startsWith("sqlite_"));
    const isVirtual = (row: SchemaRow): boolean => /^CREATE VIRTUAL/i.test(row.sql ?? "");
    // A virtual table takes the tables along that it keeps its content in; they cannot be dropped by themselves.
    const drops = [
        ...rows.filter((row) => row.type === "trigger"),
        ...rows.filter((row) => row.type === "view"),
        ...rows.filter(isVirtual),
        ...rows.filter((row) => row.type === "table" && !isVirtual(row)),
    ].map((row) => `DROP ${row.type.toUpperCase()} IF EXISTS ${name(row.name)};`);
    if (drops.length === 0) return;
    const script = ["PRAGMA foreign_keys = OFF;", "BEGIN IMMEDIATE;", ...drops, "COMMIT;", "PRAGMA foreign_keys = ON;"];
    await connection.runScript(script.join("\n"));
}
