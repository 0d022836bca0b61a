import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { bundled } from "../../seeds/bundled.ts";
import { type MigrateOptions, migrate } from "../../src/cli/commands/migrate.ts";
import { createOutput } from "../../src/cli/output.ts";
import type { Context } from "../../src/cli/program.ts";
import { AppError } from "../../src/errors.ts";
import { assertLocal } from "../support/local.ts";
import { copyRepository } from "./repository.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** How a command that ran inside the test's own process ended. */
export interface Ran {
    readonly code: number;
    readonly stdout: string;
    readonly stderr: string;
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
    for (const [name, value] of Object.entries(variables)) {
        if (name.includes("_URL") && !settings.isRouted) assertLocal(value);
    }
    const printed = { stdout: "", stderr: "" };
    const output = createOutput({
        json,
        color: false,
        write: (stream, text) => {
            printed[stream] += text;
        },
    });
    const restore = setVariables(variables);
    try {
        const started = performance.now();
        const elapsed = (): number => performance.now() - started;
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

/** A copy of this repository's SQL files, with its package.json and, if wanted, its bundled seed; gives its path. */
export function copyProject(options: { seeds?: boolean } = {}, files: Readonly<Record<string, string>> = {}): string {
    const own: Record<string, string> = { "package.json": readFileSync(path.join(ROOT, "package.json"), "utf8") };
    const seeds = path.join(ROOT, "seeds/data");
    for (const name of options.seeds ? readdirSync(seeds, { recursive: true, encoding: "utf8" }) : []) {
        if (name.endsWith(".json")) own[`seeds/data/${name}`] = readFileSync(path.join(seeds, name), "utf8");
    }
    return copyRepository({ ...own, ...files });
}

// Gives back what undoes it. The caller's own settings are out of sight meanwhile.
function setVariables(variables: Readonly<Record<string, string>>): () => void {
    const before = Object.entries(process.env).filter(([name]) => name.startsWith("TURSO_"));
    const clear = (): void => {
        for (const name of Object.keys(process.env)) if (name.startsWith("TURSO_")) delete process.env[name];
    };
    clear();
    Object.assign(process.env, variables);
    return () => {
        clear();
        Object.assign(process.env, Object.fromEntries(before));
    };
}
