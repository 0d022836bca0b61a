import type { Connection } from "../database/connection.ts";
import { DatabaseFault, explainError, throwExplained } from "../database/faults.ts";
import { isAbsent } from "../database/file/faults.ts";
import { openConnection } from "../database/open.ts";
import { findTokenWarnings, refuseExpired, refuseUnwritable } from "../database/permission.ts";
import { withPatience } from "../database/retry.ts";
import type { Target } from "../database/target.ts";
import { AppError, nothingChanged } from "../errors.ts";
import type { SchemaRow } from "../schema/row.ts";
import { quoteName } from "../sql/quoting.ts";
import type { Context } from "./program.ts";
import { warnOfUnfinished } from "./report.ts";
import { type Access, type Config, findMisspelt, readConfig } from "./settings.ts";

export interface OpenDatabase {
    readonly config: Config;
    /** Undefined for a file that does not exist, when the command only reads. */
    readonly connection: Connection | undefined;
}

/** Reads the settings, prints the name of the database, and opens it. A command that only reads creates no file. */
export async function openDatabase(
    context: Context,
    access: Access,
    mustExist = access !== "write",
): Promise<OpenDatabase> {
    for (const warning of await findMisspelt(context.root)) context.output.warn(warning);
    const config = await readConfig(access, context.root);
    const { target } = config;
    const notes = config.notes.length === 0 ? "" : ` (${config.notes.join("; ")})`;
    context.output.database(target.label, notes);
    if (access === "write") refuseUnwritable(target, config.writesOff, new Date());
    else refuseExpired(target, new Date());
    for (const warning of findTokenWarnings(target, config.use, new Date())) context.output.warn(warning);
    const isMissing = mustExist && target.kind === "file" && isAbsent(target.path);
    return { config, connection: isMissing ? undefined : await connect(target, context) };
}

/** Like openDatabase(), for a command that needs an existing database; `hint` is the remedy if it is missing. */
export async function openExisting(
    context: Context,
    access: Access,
    hint = "check TURSO_DATABASE_URL, or create it with `pnpm db:migrate`",
): Promise<Connection> {
    const { config, connection } = await openDatabase(context, access, true);
    if (connection) return connection;
    throw new AppError("usage", `${config.target.label} does not exist`, { hint });
}

/** Opens the database that a run changes. A dry run only reads, and treats a missing file as an empty database. */
export async function openForWriting(
    context: Context,
    options: { dryRun?: boolean; showSql?: boolean } = {},
): Promise<{ config: Config; connection: Connection }> {
    const onlyReads = options.dryRun === true || options.showSql === true;
    const { config, connection } = await openDatabase(context, onlyReads ? "plan" : "write");
    if (connection) return { config, connection };
    const { inMemory } = await import("../database/file/connection.ts");
    const empty: Target = { kind: "file", path: inMemory, label: config.target.label, local: true };
    return { config, connection: await connect(empty, context) };
}

/** Opens a database, waiting as long as --wait allows. */
export async function connect(target: Target, { signal, output, patience = {} }: Context): Promise<Connection> {
    const { wait, answer } = patience;
    // SQLite's own wait blocks the process, and with it Ctrl-C.
    const lock = wait === undefined ? undefined : Math.min(wait, 1_000);
    const refuse = throwExplained(target, "Nothing was tried.");
    const connection = await openConnection(target, signal, { lock, answer }).catch(refuse);
    return withPatience(connection, patience, (reason) => output.note(`Waiting: ${reason}`), signal);
}

/** The outcome of a fault in a command that writes in several independent transactions. */
export const partlyWritten = "What was committed before is kept. Run the same command again to continue.";

/** Like withDatabase(), for a command that always has a connection. */
export function withConnection<T>(connection: Connection, body: () => Promise<T>, outcome?: string): Promise<T> {
    return withDatabase({ config: { target: connection.target }, connection }, body, outcome);
}

/**
 * Runs `body` with a database, closes it, and turns its faults into errors that name the database.
 *
 * @param outcome a sentence about the state of the database after a fault, if `body` does not add one
 */
export async function withDatabase<T>(
    { config, connection }: { config: Pick<Config, "target">; connection: Connection | undefined },
    body: () => Promise<T>,
    outcome?: string,
): Promise<T> {
    try {
        return await body();
    } catch (error) {
        // Whatever writes adds its own outcome.
        const isInterrupted = error instanceof DatabaseFault && error.kind === "interrupted";
        const explained = explainError(error, config.target, outcome ?? (isInterrupted ? nothingChanged : undefined));
        if (!connection || !(explained instanceof AppError)) throw explained;
        const { explainOddText } = await import("../explain/odd-texts.ts");
        const details = await explainOddText(explained, connection);
        throw details.length === 0 ? explained : explained.withDetails(details);
    } finally {
        connection?.close();
    }
}

/**
 * Refuses a database without the schema, or with a newer one.
 *
 * @param options.anyVersion accept a newer one, for a command that only reads
 * @returns the rows of sqlite_schema
 * @throws AppError `usage` or `database-newer`, or the fault of the read
 */
export async function refuseUndeployed(
    { root, output }: Pick<Context, "root" | "output">,
    connection: Connection,
    table: string,
    options: { anyVersion?: boolean } = {},
): Promise<readonly SchemaRow[]> {
    const { readAll } = await import("../planning/prepare.ts");
    const { state } = await readAll(root, connection, {
        ...options,
        leaveOut: warnOfUnfinished(output),
        extra: [{ sql: `SELECT 1 FROM ${quoteName(table)} LIMIT 0` }],
    });
    if (state.extra[0]?.ok) return state.schema;
    const { isMadeElsewhere, madeElsewhere } = await import("../planning/judge.ts");
    throw new AppError("usage", `the database has no table '${table}' yet`, {
        hint: isMadeElsewhere(state) ? madeElsewhere : "deploy the schema first with `pnpm db:migrate`",
        outcome: "Nothing was changed.",
    });
}
