import type { Connection } from "../database/connection.ts";
import { DatabaseFault, explainFault } from "../database/faults.ts";
import { isAbsent } from "../database/file/faults.ts";
import { openConnection } from "../database/open.ts";
import { findTokenWarnings, refuseExpired, refuseUnwritable } from "../database/permission.ts";
import { withPatience } from "../database/retry.ts";
import type { Target } from "../database/target.ts";
import { AppError } from "../errors.ts";
import type { Context } from "./program.ts";
import { type Access, type Config, readConfig, readSecrets } from "./settings.ts";

/** A database that a command works on. */
export interface OpenDatabase {
    readonly config: Config;
    /** Undefined for a file that does not exist, when the command only reads. */
    readonly connection: Connection | undefined;
}

/**
 * Reads the settings, prints which database it is, and opens it. A command that only reads never creates a file.
 *
 * @throws AppError for settings that cannot be used, and for a token that cannot do what the command needs
 */
export async function openDatabase(context: Context, access: Access): Promise<OpenDatabase> {
    return open(context, access, access !== "write");
}

async function open(context: Context, access: Access, mustExist: boolean): Promise<OpenDatabase> {
    for (const secret of await readSecrets(context.root)) context.output.hide(secret);
    const config = await readConfig(access, context.root);
    const { target } = config;
    const notes = config.notes.length === 0 ? "" : ` (${config.notes.join("; ")})`;
    context.output.field("Database", `${target.label}${notes}`);
    if (access === "write") refuseUnwritable(target, config.writesOff, new Date());
    else refuseExpired(target, new Date());
    for (const warning of findTokenWarnings(target, config.use, new Date())) context.output.warn(warning);
    const isMissing = mustExist && target.kind === "file" && isAbsent(target.path);
    return { config, connection: isMissing ? undefined : await connect(target, context) };
}

/**
 * As openDatabase(), for a command that has nothing to do without a database that is there.
 *
 * @param hint the remedy where it is not
 * @throws AppError `usage` for a file that does not exist
 */
export async function openExisting(
    context: Context,
    access: Access,
    hint = "check TURSO_DATABASE_URL, or make it with `pnpm db:migrate`",
): Promise<Connection> {
    const { config, connection } = await open(context, access, true);
    if (connection) return connection;
    throw new AppError("usage", `${config.target.label} does not exist`, { hint });
}

/**
 * Opens the database that a run changes. A run that only shows what it would do needs no more than a token for reading,
 * and meets a file that does not exist as an empty database.
 */
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

/** Opens a database that waits as --wait says. */
export async function connect(target: Target, { signal, output, patience = {} }: Context): Promise<Connection> {
    const { wait, answer } = patience;
    // In SQLite's own wait nothing else happens, not even Ctrl-C.
    const lock = wait === undefined ? undefined : Math.min(wait, 1_000);
    try {
        const connection = await openConnection(target, signal, { lock, answer });
        return withPatience(connection, patience, (reason) => output.note(`Waiting: ${reason}`), signal);
    } catch (error) {
        throw error instanceof DatabaseFault ? explainFault(error, target).withOutcome("Nothing was tried.") : error;
    }
}

/** What a fault leaves behind of a command that writes in several transactions, none of which needs another. */
export const goesOn = "What was written before it is in. Run the same command again to go on.";

/**
 * Runs `body` with a connection, closes it, and turns its faults into errors that name the database.
 *
 * @param outcome what a fault leaves behind, in a sentence, where `body` itself does not say it
 */
export async function withConnection<T>(connection: Connection, body: () => Promise<T>, outcome?: string): Promise<T> {
    return explainFaults(connection.target, connection, body, outcome);
}

/** As withConnection(), for a command that only reads: there may be no connection. */
export async function withDatabase<T>({ config, connection }: OpenDatabase, body: () => Promise<T>): Promise<T> {
    return explainFaults(config.target, connection, body);
}

async function explainFaults<T>(
    target: Target,
    connection: Connection | undefined,
    body: () => Promise<T>,
    outcome?: string,
): Promise<T> {
    try {
        return await body();
    } catch (error) {
        if (!(error instanceof DatabaseFault)) throw error;
        const explained = explainFault(error, target);
        throw outcome === undefined ? explained : explained.withOutcome(outcome);
    } finally {
        connection?.close();
    }
}
