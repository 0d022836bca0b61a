import { readdirSync } from "node:fs";
import path from "node:path";
import { vi } from "vitest";
import { assertLocal } from "./local.ts";

const folder = path.resolve("scripts");
let runs = 0;

/** The commands, by the names of their scripts: `db-push`. */
export const scriptNames: readonly string[] = readdirSync(folder)
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
 * Runs a script of scripts/ as the command line does, arguments, redaction and exit code included, but in the test's own
 * process: many runs in the time of one. One at a time.
 *
 * @param env all that it sees of the TURSO_ variables; addresses must be on this machine
 */
export async function runScript(
    name: string,
    args: readonly string[],
    { cwd, env }: { cwd: string; env: Readonly<Record<string, string>> },
): Promise<Printed> {
    for (const [key, value] of Object.entries(env)) {
        if (key.includes("_URL") && URL.canParse(value)) assertLocal(value);
    }
    const printed = { stdout: "", stderr: "" };
    const before = { argv: process.argv, listeners: listListeners() };
    const others = Object.keys(process.env).filter((key) => key.startsWith("TURSO_"));
    for (const key of others) vi.stubEnv(key, undefined);
    for (const [key, value] of Object.entries(env)) vi.stubEnv(key, value);
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
    process.argv = [process.execPath, path.join(folder, `${name}.ts`), ...args];
    try {
        // Each run is a module of its own: a script runs while it is loaded.
        await import(/* @vite-ignore */ `${path.join(folder, `${name}.ts`)}?run=${runs++}`);
        throw new Error(`${name} went on behind its end.`);
    } catch (error) {
        if (!(error instanceof Ended)) throw error;
        return { code: error.code, ...printed };
    } finally {
        process.argv = before.argv;
        for (const spy of spies) spy.mockRestore();
        vi.unstubAllEnvs();
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
