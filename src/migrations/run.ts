import { setTimeout as sleep } from "node:timers/promises";
import type { Connection } from "../database/connection.ts";
import { DatabaseFault, explainFault, toFault } from "../database/faults.ts";
import { AppError } from "../errors.ts";
import type { MigrationSet } from "../planning/files.ts";
import type { Plan, Step } from "../planning/plan.ts";
import { renderParts, type ScriptInput, scriptOptions } from "../planning/script.ts";
import { type DatabaseState, findSchemaRow, type Lease, readState, versionOf } from "../planning/state.ts";
import { endLease, explainLease, findForeignLease, nameDeployer, tryLease, waitForLease } from "./lease.ts";

/** How long to wait for another writer of the same file, in milliseconds, beyond SQLite's own 5 s. */
const busyLimit = 60_000;

/** How long a script whose line broke may still be on its way to the server, in milliseconds. */
const arrival = 300;

const unknownOutcome = "The state of the database could not be read. Nothing was tried again.";

interface RunInput {
    readonly connection: Connection;
    readonly sets: readonly MigrationSet[];
    /** Plans what is left to do; called again after every transaction and every lost race. */
    readonly plan: (state: DatabaseState, perFile: boolean) => Promise<Plan>;
    readonly perFile: boolean;
    readonly signal: AbortSignal | undefined;
    readonly report: RunReport;
}

export interface RunReport {
    applied(step: Step): void;
    /** Called once per wait, with what it waits for. */
    waiting(reason: string): void;
    note(text: string): void;
}

export interface RunOutcome {
    readonly steps: readonly Step[];
    readonly version: number;
    /** The other deployer that it waited for last. */
    readonly other?: string | undefined;
}

/**
 * Runs a plan, one transaction at a time. Each is one request that is committed or not; after any fault, the state is read
 * again before anything is decided, and nothing is repeated blindly.
 *
 * @throws AppError with an `outcome` that says what the database is now
 */
export async function runPlan(input: RunInput, first: DatabaseState): Promise<RunOutcome> {
    const { connection, sets, report } = input;
    const owner = nameDeployer();
    const announce = announceOnce((reason) => report.waiting(reason));
    const read = async (settle = false): Promise<DatabaseState> => {
        for (;;) {
            try {
                return await readState(connection, sets, [], { settle });
            } catch (error) {
                const fault = toFault(error);
                // With --wait, the connection itself has waited.
                const isWaited = connection.waitLimit !== undefined || input.signal?.aborted;
                if (fault.kind !== "busy" || isWaited || !(await waitForWriter(run))) throw fault;
            }
        }
    };
    const run: Progress = { input, owner, leased: false, steps: [], busySince: undefined, announce, read };
    let other: string | undefined;
    const onWait = (lease: Lease): void => {
        other = lease.owner;
        announce(`another deploy is running (${lease.owner})`);
    };
    let state = first;
    try {
        for (;;) {
            state = await waitForLease(read, state, owner, onWait, input.signal, connection.waitLimit);
            const held = findForeignLease(state, owner);
            if (held && !input.signal?.aborted) throw explainLease(held, describeOutcome(state, run.steps));
            const plan = await input.plan(state, input.perFile || run.leased);
            const step = plan.steps[0];
            if (!step) return { steps: run.steps, version: versionOf(state), other };
            if (input.signal?.aborted) throw stop(state, run.steps);
            if (run.leased && !(await tryLease(connection, state, owner))) {
                state = await read();
                continue;
            }
            const after = await runStep(run, plan, step, state);
            if (after === "finished") return { steps: run.steps, version: plan.version, other };
            state = after;
        }
    } catch (error) {
        if (!(error instanceof DatabaseFault)) throw error;
        const now = await readState(connection, sets).catch(() => undefined);
        const outcome = now ? describeOutcome(now, run.steps) : unknownOutcome;
        throw explainFault(error, connection.target).withOutcome(outcome);
    } finally {
        if (run.leased) await endLease(connection, owner);
    }
}

interface Progress {
    readonly input: RunInput;
    readonly owner: string;
    leased: boolean;
    readonly steps: Step[];
    busySince: number | undefined;
    /** Reports a wait, once while the reason stays the same. */
    readonly announce: (reason: string) => void;
    readonly read: (settle?: boolean) => Promise<DatabaseState>;
}

// Returns the state for the next plan, or "finished" after the last step.
async function runStep(
    run: Progress,
    plan: Plan,
    step: Step,
    before: DatabaseState,
): Promise<DatabaseState | "finished"> {
    const { connection, sets, report } = run.input;
    const isLast = plan.steps.length === 1;
    const script: ScriptInput = {
        step,
        direction: plan.direction,
        sets,
        state: before,
        refreshed: plan.refreshed,
        leaseOwner: run.leased ? run.owner : undefined,
    };
    try {
        await connection.runScript(renderParts(script), scriptOptions(script));
    } catch (error) {
        return recover(run, script, toFault(error), before);
    }
    // Each statement succeeded, COMMIT included: there is nothing to verify.
    run.busySince = undefined;
    run.steps.push(step);
    report.applied(step);
    return isLast ? "finished" : run.read();
}

async function recover(
    run: Progress,
    script: ScriptInput,
    fault: DatabaseFault,
    before: DatabaseState,
): Promise<DatabaseState> {
    const { connection, report } = run.input;
    const read = (): Promise<DatabaseState> =>
        run.read(fault.isAmbiguous).catch((error: unknown) => {
            throw explainFault(fault, connection.target).withOutcome(`${unknownOutcome} (${toFault(error).message})`);
        });
    let after = await read();
    if (fault.kind === "connection-lost" && isSameState(before, after)) {
        await sleep(arrival);
        after = await read();
    }
    if (!isSameState(before, after)) {
        if (fault.isAmbiguous && hasHappened(before, after, script)) {
            report.note(`The reply was lost (${fault.message}), but the transaction was committed.`);
            run.steps.push(script.step);
            report.applied(script.step);
        }
        return after;
    }
    if (fault.kind === "busy" && (await waitForWriter(run))) return run.read();
    // The lease expired while this process was stopped; it is taken again if it is free.
    if (run.leased && after.lease?.owner !== run.owner) return after;
    if (fault.kind === "transaction-timeout" && !run.leased) {
        run.announce("others are writing; taking turns, one file per transaction");
        // While another deployer has the lease, only reads: writing would break the run that it protects.
        run.leased = !findForeignLease(after, run.owner) && (await tryLease(connection, after, run.owner));
        return run.read();
    }
    throw await explain(run, script, fault, after);
}

async function explain(
    run: Progress,
    script: ScriptInput,
    fault: DatabaseFault,
    state: DatabaseState,
): Promise<AppError> {
    const { connection } = run.input;
    const outcome = describeOutcome(state, run.steps);
    if (fault.kind === "interrupted") return new AppError("interrupted", "interrupted", { outcome });
    if (fault.kind === "transaction-timeout") {
        const paths = script.step.migrations.map((file) => (script.direction === "do" ? file : file.undo)?.path);
        const path = paths.join(", ") || "the views and triggers";
        return new AppError("transaction-timeout", `${path}: takes over 5 seconds while others wait to write`, {
            hint: "split it into smaller migrations, or run it when there are no other writers",
            outcome,
        });
    }
    const plain = explainFault(fault, connection.target);
    if (!fault.isOfStatement) return plain.withOutcome(outcome);
    const { diagnose } = await import("./diagnose.ts");
    return (await diagnose(connection, script, fault).catch(() => plain)).withOutcome(outcome);
}

// Returns false when it has waited long enough for the other writer.
async function waitForWriter(run: Progress): Promise<boolean> {
    run.busySince ??= performance.now();
    if (performance.now() - run.busySince > (run.input.connection.waitLimit ?? busyLimit)) return false;
    run.announce("another program is writing");
    await sleep(100 + Math.random() * 400, undefined, { signal: run.input.signal }).catch(() => undefined);
    return true;
}

function stop(state: DatabaseState, steps: readonly Step[]): AppError {
    return new AppError("interrupted", "interrupted", {
        hint: "run the command again to continue",
        outcome: describeOutcome(state, steps),
    });
}

/** Renders the outcome of a failure: what was kept, what was rolled back, and the version. */
export function describeOutcome(state: DatabaseState, steps: readonly Step[]): string {
    const version = versionOf(state);
    const done = steps.flatMap((step) => step.migrations.map((file) => file.path.replace(/^.*\//, "")));
    if (done.length === 0) return `Nothing was applied. The database is still at version ${version}.`;
    return `Kept: ${done.join(", ")}. The rest was rolled back. The database is at version ${version}.`;
}

function isSameState(before: DatabaseState, after: DatabaseState): boolean {
    const versions = (state: DatabaseState): string =>
        JSON.stringify([...state.versions].map(([set, rows]) => [set, rows.map((row) => row.version)]));
    return before.generation === after.generation && versions(before) === versions(after);
}

// Whether the version rows, views and triggers are as after this step.
function hasHappened(before: DatabaseState, after: DatabaseState, { step, direction }: ScriptInput): boolean {
    if (after.generation === before.generation) return false;
    const isApplied = step.migrations.every((file) => {
        const isThere = (after.versions.get(file.set) ?? []).some((row) => row.version === file.version);
        return isThere === (direction === "do");
    });
    const isPresent = step.present.every(({ name, sql }) => findSchemaRow(after, name)?.sql === sql);
    return isApplied && isPresent && !after.objects.some(({ name }) => step.forgotten.includes(name));
}

function announceOnce(announce: (reason: string) => void): (reason: string) => void {
    let last: string | undefined;
    return (reason) => {
        if (reason !== last) announce(reason);
        last = reason;
    };
}
