import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parse } from "dotenv";
import { assertLocal } from "./local.ts";
import { commandsVariable } from "./temporary.ts";

export interface CommandOptions {
    /** A fresh folder, removed when the command has ended, unless one is given. */
    cwd?: string | undefined;
    /** All that the command sees of the environment, besides PATH and a HOME of its own. */
    env?: Record<string, string> | undefined;
    /** Text for stdin, which is empty otherwise. */
    input?: string | undefined;
    /** On a terminal of 100 columns: stdout is all that it shows, and what is typed. Only where `hasTerminal`. */
    terminal?: boolean | undefined;
}

export interface CommandResult {
    /** The exit code; null when a signal ended the command. */
    code: number | null;
    signal: NodeJS.Signals | null;
    stdout: string;
    stderr: string;
}

export interface RunningCommand {
    pid: number;
    /** What it has printed until now. */
    printed(): { stdout: string; stderr: string };
    kill(signal: NodeJS.Signals): void;
    /** Types on the terminal of the command. */
    type(text: string): void;
    /** Settles when the command has ended, in whatever way. */
    result: Promise<CommandResult>;
}

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
// As an address, because `--import tsx` is looked up from the folder that the command runs in.
const TSX = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;
const LONGEST_MS = 300_000;

/** Whether there is a program that gives a command a terminal; others called `script` take other options. */
export const hasTerminal =
    spawnSync("script", ["--version"], { encoding: "utf8" }).stdout?.includes("util-linux") === true;

/** Runs `pnpm <name> <args>` without pnpm, to its end. Refuses an address that is neither loopback nor file:. */
export function runCommand(name: string, args: string[] = [], options: CommandOptions = {}): Promise<CommandResult> {
    return startCommand(name, args, options).result;
}

/** As `runCommand`, but gives the command back while it runs. */
export function startCommand(name: string, args: string[] = [], options: CommandOptions = {}): RunningCommand {
    const file = name.replaceAll(":", "-");
    const built = path.join(process.env[commandsVariable] ?? "", `${file}.js`);
    return existsSync(built)
        ? start([built, ...args], options)
        : startScript(path.join(ROOT, "scripts", `${file}.ts`), args, options);
}

/** As `startCommand`, for any TypeScript file, by tsx. */
export function startScript(file: string, args: string[], options: CommandOptions): RunningCommand {
    return start(["--import", TSX, file, ...args], options);
}

function start(args: string[], options: CommandOptions): RunningCommand {
    assertLocalSettings(options.env ?? {});
    if (options.cwd !== undefined) assertLocalSettings(readEnvFile(options.cwd));

    const temporary = mkdtempSync(path.join(tmpdir(), "command-test-"));
    const home = path.join(temporary, "home");
    const work = path.join(temporary, "work");
    for (const folder of [home, work]) mkdirSync(folder);

    const line = [process.execPath, ...args];
    const [program = "", ...rest] = options.terminal ? onTerminal(line) : line;
    const child = spawn(program, rest, {
        cwd: options.cwd ?? work,
        env: { PATH: process.env.PATH, TMPDIR: tmpdir(), HOME: home, ...options.env },
        stdio: "pipe",
        // A command that hangs must not outlive a test that gave up on it.
        timeout: LONGEST_MS,
        killSignal: "SIGKILL",
    });
    // A command may end without having read its input.
    child.stdin.on("error", () => undefined);
    if (!options.terminal) child.stdin.end(options.input ?? "");
    return follow(child, () => rmSync(temporary, { recursive: true, force: true }));
}

function onTerminal(line: readonly string[]): string[] {
    const quoted = line.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");
    return ["script", "-qefc", `stty cols 100 rows 30 && exec ${quoted}`, "/dev/null"];
}

function follow(child: ChildProcess, cleanUp: () => void): RunningCommand {
    const printed = { stdout: "", stderr: "" };
    for (const stream of ["stdout", "stderr"] as const) {
        child[stream]?.setEncoding("utf8").on("data", (text: string) => {
            printed[stream] += text;
        });
    }
    const result = new Promise<CommandResult>((resolve, reject) => {
        child.once("error", reject);
        child.once("close", (code, signal) => resolve({ code, signal, ...printed }));
    }).finally(cleanUp);
    return {
        pid: child.pid ?? 0,
        printed: () => ({ ...printed }),
        kill: (signal) => {
            child.kill(signal);
        },
        type: (text) => {
            child.stdin?.write(text);
        },
        result,
    };
}

function assertLocalSettings(settings: Record<string, string>): void {
    for (const name of ["TURSO_DATABASE_URL", "TURSO_DATABASE_URL_RO", "LLM_BASE_URL"]) {
        const value = settings[name];
        // An empty one is a usage error that tests provoke.
        if (value !== undefined && value.trim() !== "") assertLocal(value);
    }
}

function readEnvFile(directory: string): Record<string, string> {
    const file = path.join(directory, ".env");
    return existsSync(file) ? parse(readFileSync(file)) : {};
}
