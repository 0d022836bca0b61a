import { Command, CommanderError, InvalidArgumentError } from "commander";
import type { Connection } from "../database/connection.ts";
import { DatabaseFault, explainFault } from "../database/faults.ts";
import { isAbsent } from "../database/file/faults.ts";
import { openConnection } from "../database/open.ts";
import { findTokenWarnings, refuseExpired, refuseUnwritable } from "../database/permission.ts";
import { type Patience, withPatience } from "../database/retry.ts";
import type { Target } from "../database/target.ts";
import { AppError, type ExitCode, exitCodes } from "../errors.ts";
import { createOutput, type Output } from "./output.ts";
import { type Access, type Config, findSecrets, isWatched, readConfig, readSecrets, wantsColor } from "./settings.ts";

/** What a command's action gets. */
export interface Context {
    /** The project's folder: where migrations/, views/, triggers/ and .env are. */
    readonly root: string;
    readonly output: Output;
    /** Aborted by Ctrl-C. */
    readonly signal: AbortSignal;
    /** Arguments that are no options. */
    readonly args: readonly string[];
    /** How long a database is waited for: --wait. */
    readonly patience?: Patience;
}

export interface CommandDefinition<Options> {
    /** As users type it after `pnpm`. */
    readonly name: string;
    /** One sentence; README's table shows it. */
    readonly summary: string;
    /** False for a command that opens no database, and so has no --wait. */
    readonly database?: false;
    /** Adds options and arguments. --json and --help are always there. */
    readonly define?: (command: Command) => void;
    readonly run: (context: Context, options: Options) => Promise<ExitCode> | Promise<void>;
}

/** Runs a command to its end and ends the process: the one place where errors are caught and printed. */
export async function runCommand<Options extends object>(definition: CommandDefinition<Options>): Promise<never> {
    const { argv, json } = readArguments(process.argv.slice(2));
    const terminal = isWatched(process.stderr) ? process.stderr : undefined;
    const isColored = [process.stdout, process.stderr].every((stream) => wantsColor(stream));
    const output = createOutput({ json, color: isColored, terminal });
    for (const secret of findSecrets()) output.hide(secret);
    // Whoever reads the output may stop reading (`| head`), or the disk that it goes to be full; the work goes on.
    let unprinted: NodeJS.ErrnoException | undefined;
    for (const stream of [process.stdout, process.stderr]) {
        stream.on("error", (error: NodeJS.ErrnoException) => {
            if (error.code !== "EPIPE") unprinted ??= error;
        });
    }
    const interrupt = new AbortController();
    process.once("SIGINT", () => interrupt.abort());
    process.once("SIGTERM", () => interrupt.abort());
    const code = await run(definition, argv, output, interrupt.signal).catch((error: unknown) => {
        const known = toAppError(error);
        output.error(known);
        return known.exitCode;
    });
    // Idle connections are not waited for, only what is still to be printed.
    for (const stream of [process.stdout, process.stderr]) await new Promise((done) => stream.write("", done));
    if (unprinted) output.warn(`not all of the output could be written: ${unprinted.message}`);
    process.exit(unprinted && code === exitCodes.done ? exitCodes.failed : code);
}

async function run<Options extends object>(
    definition: CommandDefinition<Options>,
    argv: readonly string[],
    output: Output,
    signal: AbortSignal,
): Promise<ExitCode> {
    const command = new Command(definition.name)
        .description(definition.summary)
        .usage(definition.define ? "[options]" : "")
        .exitOverride()
        .configureOutput({ writeOut: (text) => output.raw(text), writeErr: () => undefined })
        .showSuggestionAfterError();
    definition.define?.(command);
    if (definition.database !== false) command.option("--wait <seconds>", waitHelp, parseCount);
    command.option("--json", "print one JSON document on stdout");
    try {
        command.parse(argv, { from: "user" });
    } catch (error) {
        if (!(error instanceof CommanderError)) throw error;
        if (error.exitCode === 0) return exitCodes.done;
        throw new AppError("usage", error.message.replace(/^error: /, "").replace(/\n/g, " "), {
            hint: `see \`pnpm ${definition.name} --help\``,
        });
    }
    if (command.opts().showSql === true) output.divert();
    const { wait } = command.opts() as { wait?: number };
    const patience = { wait: wait === undefined ? undefined : wait * 1000 };
    const context = { root: process.cwd(), output, signal, args: command.args, patience };
    return (await definition.run(context, command.opts() as Options)) ?? exitCodes.done;
}

const waitHelp = "wait so long, each time, for a database that does not answer, is locked, or is being deployed to";

// Some package managers hand a `--` through that stands between their own options and the script's.
function readArguments(argv: readonly string[]): { argv: readonly string[]; json: boolean } {
    const own = argv[0] === "--" ? argv.slice(1) : argv;
    return { argv: own, json: own.includes("--json") };
}

/** Parses an option's whole number. */
export function parseCount(value: string): number {
    if (!/^\d{1,15}$/.test(value)) throw new InvalidArgumentError("It must be a whole number, such as 12.");
    return Number(value);
}

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

/**
 * Asks before a write to a database on another machine. Local ones, and --yes, are not asked.
 *
 * @throws AppError `not-confirmed` when the answer is no, or when there is no terminal to ask on
 */
export async function confirmRemote(context: Context, target: Target, yes: boolean): Promise<void> {
    if (target.local || yes) return;
    await confirm(context, `Apply this to ${target.label}?`, `${target.label} is on another machine`);
}

/**
 * Asks before everything in a database is dropped, wherever it is.
 *
 * @throws AppError `not-confirmed` as confirmRemote()
 */
export async function confirmReset(context: Context, target: Target, yes: boolean): Promise<void> {
    if (!yes) await confirm(context, `Drop everything in ${target.label}?`, `${target.label} is not empty`);
}

/**
 * Asks before something that is there is replaced, wherever it is.
 *
 * @param what begins with a capital letter: `The rows of 'a' in file:local.db`
 * @throws AppError `not-confirmed` as confirmRemote()
 */
export async function confirmReplace(context: Context, what: string, yes: boolean): Promise<void> {
    if (!yes) await confirm(context, `Replace this? ${what}.`, `this replaces what is there (${what.toLowerCase()})`);
}

async function confirm(context: Context, question: string, reason: string): Promise<void> {
    const outcome = "Nothing was changed.";
    if (!process.stdin.isTTY) {
        throw new AppError("not-confirmed", `${reason}, and there is no terminal to ask on`, {
            hint: "give --yes if it is meant",
            outcome,
        });
    }
    const { createInterface } = await import("node:readline/promises");
    const terminal = createInterface({ input: process.stdin, output: process.stderr });
    try {
        const answer = await terminal.question(`${question} [y/N] `, { signal: context.signal });
        if (/^y(es)?$/i.test(answer.trim())) return;
    } finally {
        terminal.close();
    }
    throw new AppError("not-confirmed", "not confirmed", { outcome });
}

function toAppError(error: unknown): AppError {
    if (error instanceof AppError) return error;
    if (error instanceof DatabaseFault) {
        const unknown: Target = { kind: "file", path: "", label: "the database", local: true };
        return explainFault(error, unknown);
    }
    if (error instanceof Error && error.name === "AbortError") return new AppError("interrupted", "interrupted");
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return new AppError("migration-failed", `unexpected: ${message}`, {
        hint: "this is a defect of the program; please report it with these lines",
    });
}
