import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { AppError } from "../../errors.ts";

/** The package folder of the embedded encoder, relative to the project's folder. */
export const encoderFolder = "encoder";

const run = promisify(execFile);
// Without a network pnpm and npx would wait for more than a minute.
const shortWaits = Object.fromEntries(
    ["npm", "pnpm"].flatMap((name) => [
        [`${name}_config_fetch_retries`, "1"],
        [`${name}_config_fetch_retry_mintimeout`, "1000"],
    ]),
);

/** Whether the packages of the embedded encoder are installed, in the versions of its package.json. */
export async function isEncoderInstalled(root: string): Promise<boolean> {
    const folder = path.join(root, encoderFolder);
    const modules = path.join(folder, "node_modules");
    // pnpm writes this file last.
    if (!existsSync(path.join(modules, ".modules.yaml"))) return false;
    const { dependencies = {} } = await readManifest(folder);
    for (const [name, version] of Object.entries(dependencies)) {
        if (!existsSync(path.join(modules, name, "package.json"))) return false;
        if ((await readManifest(path.join(modules, name))).version !== version) return false;
    }
    return true;
}

interface Manifest {
    readonly version?: string;
    readonly dependencies?: Readonly<Record<string, string>>;
}

async function readManifest(folder: string): Promise<Manifest> {
    return JSON.parse(await readFile(path.join(folder, "package.json"), "utf8")) as Manifest;
}

export interface InstallOptions {
    /** The command line of pnpm: a program, and what stands before its own arguments. */
    readonly pnpm: readonly [program: string, ...string[]];
    readonly environment: Readonly<Record<string, string | undefined>>;
    readonly signal: AbortSignal;
}

/**
 * Installs the packages of the embedded encoder, in the locked versions. Two installations at once do not hinder each other,
 * and one that was interrupted is completed by the next.
 *
 * @throws AppError `encoder-failed`
 */
export async function installEncoder(root: string, { pnpm, environment, signal }: InstallOptions): Promise<void> {
    const [program, ...before] = pnpm;
    const args = [...before, "--dir", encoderFolder, "install", "--frozen-lockfile"];
    await run(program, args, { cwd: root, env: { ...environment, ...shortWaits }, signal }).catch((error: unknown) => {
        if (signal.aborted) throw signal.reason;
        const { stdout = "", stderr = "", message } = error as Error & { stdout?: string; stderr?: string };
        const lines = (stderr.trim() || stdout).split("\n").map((line) => line.trim());
        const printed = lines.filter((line) => line !== "" && !/WARN|Will retry/.test(line));
        const reason = printed.find((line) => /\berror\b|ERR_/i.test(line)) ?? message;
        throw new AppError("encoder-failed", `the embedded encoder could not be installed: ${reason}`, {
            details: printed.filter((line) => line !== reason).slice(0, 8),
            hint: "run `pnpm vector:sync` with a network, or set EMBEDDING_URL to a server; until then the words alone decide",
        });
    });
}
