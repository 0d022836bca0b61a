import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { vi } from "vitest";
import { bundled } from "../../site/seeds.ts";
import { type MigrateOptions, migrate } from "../../src/cli/commands/migrate.ts";
import { createOutput } from "../../src/cli/output.ts";
import type { Context } from "../../src/cli/program.ts";
import { AppError } from "../../src/errors.ts";
import { findSecrets } from "../../src/redaction.ts";
import { root as repository } from "./deployed.ts";
import { assertLocal } from "./local.ts";
import { writeProject } from "./project.ts";

/** How a command that ran inside the test's own process ended. */
export interface Ran extends Printed {
    readonly error: AppError | undefined;
}

export interface RunSettings {
    /** The project's folder, as the command's working directory would be. */
    readonly root: string;
    /** What TURSO_DATABASE_URL is; not set when undefined. */
    readonly url?: string | undefined;
    /** Further variables; all others that begin with TURSO_ are not set. */
    readonly env?: Readonly<Record<string, string>>;
    readonly json?: boolean;
    /** Arguments that are no options. */
    readonly args?: readonly string[];
    readonly signal?: AbortSignal;
    /** The address is no real one: the test sends its requests to this machine. */
    readonly isRouted?: boolean;
}

/** Runs a command's action as the command line does, without a process of its own: errors are printed, the code given. */
export async function runHere(action: (context: Context) => Promise<unknown>, settings: RunSettings): Promise<Ran> {
    const { root, url, env = {}, json = false, args = [], signal = new AbortController().signal } = settings;
    if (existsSync(path.join(root, ".env"))) throw new Error("A test never reads .env.");
    const variables = { ...(url === undefined ? {} : { TURSO_DATABASE_URL: url }), ...env };
    if (!settings.isRouted) assertLocalUrls(variables);
    const printed = { stdout: "", stderr: "" };
    const started = performance.now();
    const elapsed = (): number => performance.now() - started;
    const output = createOutput({
        json,
        color: false,
        elapsed,
        write: (stream, text) => {
            printed[stream] += text;
        },
    });
    for (const secret of findSecrets(variables)) output.hide(secret);
    const restore = setVariables(variables);
    try {
        const code = await action({ root, output, signal, args, elapsed });
        return { code: typeof code === "number" ? code : 0, ...printed, error: undefined };
    } catch (error) {
        if (!(error instanceof AppError)) throw error;
        output.error(error);
        return { code: error.exitCode, ...printed, error };
    } finally {
        restore();
    }
}

/** `db:migrate` with this repository's loaders. */
export function migrateHere(settings: RunSettings, options: MigrateOptions = {}): Promise<Ran> {
    return runHere((context) => migrate(context, options, bundled), settings);
}

const scripts = path.join(repository, "scripts");
let runs = 0;

/** The commands, by the names of their scripts: `db-push`. */
export const scriptNames: readonly string[] = readdirSync(scripts)
    .filter((name) => name.endsWith(".ts"))
    .map((name) => name.slice(0, -".ts".length))
    .sort();

/** All that a command printed, and how it ended. */
export interface Printed {
    readonly code: number;
    readonly stdout: string;
    readonly stderr: string;
}

class Ended extends Error {
    readonly code: number;
    constructor(code: number) {
        super(`ended with ${code}`);
        this.code = code;
    }
}

/**
 * Runs a command's script as the command line does, arguments, redaction and exit code included, but in the test's own
 * process: many runs in the time of one. One at a time.
 *
 * @param name of the command, `db:push`, or of its script, `db-push`
 * @param settings.cwd a new folder where none is given
 * @param settings.env all that it sees of the variables that commands read; addresses must be on this machine
 */
export async function runScript(
    name: string,
    args: readonly string[] = [],
    { cwd = writeProject({}), env = {} }: { cwd?: string; env?: Readonly<Record<string, string>> } = {},
): Promise<Printed> {
    assertLocalUrls(env);
    const script = path.join(scripts, `${name.replaceAll(":", "-")}.ts`);
    const printed = { stdout: "", stderr: "" };
    const before = { argv: process.argv, listeners: listListeners() };
    const restore = setVariables(env);
    const spies = [
        vi.spyOn(process, "cwd").mockReturnValue(cwd),
        vi.spyOn(process, "exit").mockImplementation((code) => {
            throw new Ended(Number(code));
        }),
        ...(["stdout", "stderr"] as const).map((stream) => {
            const collect = (text: unknown, ...rest: unknown[]): boolean => {
                printed[stream] += String(text);
                for (const done of rest) if (typeof done === "function") done();
                return true;
            };
            return vi.spyOn(process[stream], "write").mockImplementation(collect);
        }),
    ];
    process.argv = [process.execPath, script, ...args];
    try {
        // Each run is a module of its own: a script runs while it is loaded.
        await import(/* @vite-ignore */ `${script}?run=${runs++}`);
        throw new Error(`${name} went on behind its end.`);
    } catch (error) {
        if (!(error instanceof Ended)) throw error;
        return { code: error.code, ...printed };
    } finally {
        process.argv = before.argv;
        for (const spy of spies) spy.mockRestore();
        restore();
        for (const [emitter, event, listener] of listListeners()) {
            if (before.listeners.some(([, , other]) => other === listener)) continue;
            emitter.removeListener(event, listener as () => void);
        }
    }
}

function listListeners(): [NodeJS.EventEmitter, string, unknown][] {
    const watched: [NodeJS.EventEmitter, string][] = [
        [process, "SIGINT"],
        [process, "SIGTERM"],
        [process.stdout, "error"],
        [process.stderr, "error"],
    ];
    return watched.flatMap(([emitter, event]) =>
        emitter
            .rawListeners(event)
            .map((listener): [NodeJS.EventEmitter, string, unknown] => [emitter, event, listener]),
    );
}

// An address that is none is a usage error that tests provoke.
function assertLocalUrls(variables: Readonly<Record<string, string>>): void {
    for (const [name, value] of Object.entries(variables)) {
        if (name.includes("_URL") && URL.canParse(value)) assertLocal(value);
    }
}

const ownVariables = /^(TURSO_|EMBEDDING_|LLM_|CONCURRENCY$|NO_COLOR$|FORCE_COLOR$|CI$|TERM$)/;

// Gives back what undoes it. The caller's own settings are out of sight meanwhile.
function setVariables(variables: Readonly<Record<string, string>>): () => void {
    const before = { ...process.env };
    for (const name of Object.keys(before)) if (ownVariables.test(name)) delete process.env[name];
    Object.assign(process.env, variables);
    return () => {
        for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
        Object.assign(process.env, before);
    };
}
