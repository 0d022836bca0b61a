import { AppError } from "../../src/errors.ts";
import { runDeploy } from "../../src/migrations/carry-out.ts";
import type { RunOutcome } from "../../src/migrations/run.ts";
import { type DeployOptions, prepareDeploy } from "../../src/planning/prepare.ts";
import { type Address, openTestConnection, silentReport } from "./deployed.ts";

/** How a deploy inside the test's own process ended, and what it said on the way. */
export interface Deployed {
    readonly outcome: RunOutcome | undefined;
    readonly error: AppError | undefined;
    readonly notes: readonly string[];
    readonly waits: readonly string[];
    readonly restorePoint: readonly string[];
}

/** Deploys a project's schema inside this process. An AppError is given back; anything else is thrown. */
export async function deploy(
    root: string,
    address: Address,
    options: DeployOptions & { now?: Date; signal?: AbortSignal } = {},
): Promise<Deployed> {
    const notes: string[] = [];
    const waits: string[] = [];
    const restorePoint: string[] = [];
    const connection = await openTestConnection(address, options.signal);
    const report = {
        ...silentReport,
        restorePoint: (found: { lines: readonly string[] }) => void restorePoint.push(...found.lines),
        waiting: (reason: string) => void waits.push(reason),
        note: (text: string) => void notes.push(text),
    };
    const said = { notes, waits, restorePoint };
    try {
        const prepared = await prepareDeploy(root, connection, options);
        const { perFile = false, signal, now = new Date() } = options;
        const outcome = await runDeploy(connection, prepared, { perFile, signal, now, report });
        return { outcome, error: undefined, ...said };
    } catch (error) {
        if (!(error instanceof AppError)) throw error;
        return { outcome: undefined, error, ...said };
    } finally {
        connection.close();
    }
}

/** Deploys, and throws what went wrong. */
export async function deployWell(root: string, address: Address, options: DeployOptions = {}): Promise<RunOutcome> {
    const { outcome, error } = await deploy(root, address, options);
    if (!outcome) throw error;
    return outcome;
}

/** The whole text of an error as a user reads it, and what follows it. */
export function textOf(error: AppError | undefined): string {
    return [error?.message, ...(error?.details ?? []), error?.hint, error?.outcome].join("\n");
}
