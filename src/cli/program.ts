import { existsSync, realpathSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { Command, CommanderError, InvalidArgumentError } from "commander";
import { DatabaseFault, explainFault } from "../database/faults.ts";
import { listenForInterrupt } from "../database/interrupt.ts";
import type { Patience } from "../database/retry.ts";
import type { Target } from "../database/target.ts";
import { AppError, type ExitCode, ExplainedError, exitCodes, nothingChanged } from "../errors.ts";
import { createOutput, type Output } from "./output.ts";
import { isInteractive, readSecrets, wantsColor } from "./settings.ts";

/** Passed to every command. */
export interface Context {
    /** The project's folder, with migrations/, views/, triggers/ and .env. */
    readonly root: string;
    readonly output: Output;
    /** Aborted by Ctrl-C. */
    readonly signal: AbortSignal;
    /** The positional arguments. */
    readonly args: readonly string[];
    /** Milliseconds since the run began. */
    readonly elapsed: () => number;
    /** From --wait. */
    readonly patience?: Patience;
}

export interface CommandDefinition<Options = object> {
    /** As users type it after `pnpm`. */
    readonly name: string;
    /** One sentence, shown in README's table. */
    readonly summary: string;
    /** False for a command that opens no database and therefore has no --wait. */
    readonly database?: false;
    /** Adds options and arguments. --json and --help always exist. */
    readonly define?: (command: Command) => void;
    readonly run: (context: Context, options: Options) => Promise<ExitCode> | Promise<void>;
}

/** Whether the process was started with this script, by its `import.meta.url`. Imported, it only exports. */
export function isMain(url: string): boolean {
    const [, started = ""] = process.argv;
    // `node scripts/db-status` has no extension.
    return [started, `${started}.ts`].some(
        (path) => existsSync(path) && pathToFileURL(realpathSync(path)).href === url,
    );
}

/** Runs a command, prints its error if any, and exits the process. */
export async function runCommand<Options extends object>(definition: CommandDefinition<Options>): Promise<never> {
    const { argv, json } = readArguments(process.argv.slice(2));
    const terminal = isInteractive(process.stderr) ? process.stderr : undefined;
    const isColored = [process.stdout, process.stderr].every((stream) => wantsColor(stream));
    const isShown = isInteractive(process.stdout);
    const output = createOutput({ json, color: isColored, isShown, terminal, elapsed: () => performance.now() });
    for (const secret of await readSecrets(process.cwd())) output.hide(secret);
    // The reader may stop reading (`| head`) or its disk may be full; the command continues.
    let unprinted: NodeJS.ErrnoException | undefined;
    for (const stream of [process.stdout, process.stderr]) {
        stream.on("error", (error: NodeJS.ErrnoException) => {
            if (error.code !== "EPIPE") unprinted ??= error;
        });
    }
    const interrupt = listenForInterrupt();
    const code = await run(definition, argv, output, interrupt.signal).catch((error: unknown) => {
        const known = toAppError(error, interrupt.signal.aborted);
        output.error(known);
        return known.exitCode;
    });
    interrupt.close();
    // Waits for pending output, but not for idle connections.
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
    const command = defineCommand(definition).configureOutput({
        writeOut: (text) => output.raw(text),
        writeErr: () => undefined,
    });
    try {
        command.parse(argv, { from: "user" });
    } catch (error) {
        if (!(error instanceof CommanderError)) throw error;
        if (error.exitCode === 0) return exitCodes.done;
        throw new AppError("usage", withoutInput(error.message), {
            hint: `see \`pnpm ${definition.name} --help\``,
        });
    }
    if (command.opts().showSql === true) output.divert();
    const { wait } = command.opts() as { wait?: number };
    const patience = { wait: wait === undefined ? undefined : wait * 1000 };
    // The process runs one command, so the time since its start is what the user waited.
    const elapsed = (): number => performance.now();
    const context = { root: process.cwd(), output, signal, args: command.args, elapsed, patience };
    return (await definition.run(context, command.opts() as Options)) ?? exitCodes.done;
}

// What was typed may be a secret in the wrong place: of that, only what looks like the name of an option is repeated.
function withoutInput(message: string): string {
    const text = message.replace(/^error: /, "").replace(/\n/g, " ");
    const [, option, suggestion = ""] = /^unknown option '(.*)'( \(Did you mean .*)?$/.exec(text) ?? [];
    if (option === undefined) return text.replace(/( argument) '.*' (is invalid\.)/, "$1 $2");
    const [name = ""] = option.split("=");
    return `unknown option${/^--?[a-z-]{0,30}$/i.test(name) ? ` '${name}'` : ""}${suggestion}`;
}

/** The parser of a command, with its options and help. */
export function defineCommand({ name, summary, database, define }: CommandDefinition<never>): Command {
    const command = new Command(name).description(summary).exitOverride().showSuggestionAfterError();
    define?.(command);
    if (database !== false) command.option("--wait <seconds>", waitHelp, parseCount);
    return command.option("--json", "print one JSON document on stdout");
}

const waitHelp = "maximum wait for a database that does not respond, is locked, or is being deployed to";

// Some package managers pass on the `--` that separates their own options from the script's.
function readArguments(argv: readonly string[]): { argv: readonly string[]; json: boolean } {
    const own = argv[0] === "--" ? argv.slice(1) : argv;
    return { argv: own, json: own.includes("--json") };
}

/** Parses an option that is a whole number. */
export function parseCount(value: string): number {
    if (!/^\d{1,15}$/.test(value)) throw new InvalidArgumentError("It must be a whole number, such as 12.");
    return Number(value);
}

function toAppError(error: unknown, isInterrupted: boolean): AppError {
    if (error instanceof AppError) return error;
    if (error instanceof ExplainedError) return error.explain();
    if (error instanceof DatabaseFault) {
        const unknown: Target = { kind: "file", path: "", label: "the database", local: true };
        return explainFault(error, unknown);
    }
    if (error instanceof Error && error.name === "AbortError") {
        return new AppError("interrupted", "interrupted", { outcome: nothingChanged });
    }
    // Ctrl-C also ends the process that transforms modules, which the next import notices.
    if (isInterrupted) {
        const hint = "run `pnpm db:status` to see what the database is now";
        return new AppError("interrupted", "interrupted", { hint, cause: error });
    }
    const [message = "", ...details] = String(error instanceof Error ? error.stack : error).split("\n");
    return new AppError("migration-failed", `unexpected: ${message}`, {
        details,
        hint: "this is a bug in the program; please report it with these lines",
    });
}
