import { setImmediate } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { DatabaseFault } from "./faults.ts";

/**
 * @throws DatabaseFault `interrupted` after a Ctrl-C
 */
export function throwIfInterrupted(signal: AbortSignal | undefined, cause?: unknown): void {
    if (signal?.aborted) throw new DatabaseFault("interrupted", "interrupted", cause);
}

/** Lets a Ctrl-C arrive during work that never waits, such as that on an embedded database, and throws then. */
export async function hearInterrupt(signal: AbortSignal | undefined): Promise<void> {
    await setImmediate();
    throwIfInterrupted(signal);
}

export interface Interrupt {
    /** Aborted by Ctrl-C and SIGTERM. */
    readonly signal: AbortSignal;
    /** Ends the thread that listens. */
    close(): void;
}

const blocked =
    "Waiting for the statement that runs. Another Ctrl-C ends the program at once: what is not committed is rolled back.\n";

// A statement on a file blocks the thread of the program, and with it every handler of signals. For a script with breakOnSigint,
// Node hears SIGINT in a thread of its own and, once that script has ended, leaves SIGINT to the system, which ends the
// process: https://nodejs.org/api/vm.html#scriptruninthiscontextoptions
const listener = `
const { parentPort, workerData } = require("node:worker_threads");
globalThis.held = workerData.held;
try {
    new (require("node:vm").Script)("Atomics.wait(held, 0, 0)").runInThisContext({ breakOnSigint: true });
} catch {
    parentPort.postMessage("SIGINT");
    if (Atomics.wait(held, 0, 0, 1_000) === "timed-out") require("node:fs").writeSync(2, workerData.blocked);
}`;

/**
 * Listens for Ctrl-C and SIGTERM. The first aborts the signal; another Ctrl-C ends the process, also while a statement on a
 * file blocks it. SQLite rolls back what such a process leaves in a file.
 */
export function listenForInterrupt(): Interrupt {
    const controller = new AbortController();
    const held = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
    const close = (): void => {
        Atomics.store(held, 0, 1);
        Atomics.notify(held, 0);
    };
    const abort = (): void => {
        close();
        controller.abort();
    };
    process.once("SIGINT", abort);
    process.once("SIGTERM", abort);
    // Without the options of this process, which would load tsx once more.
    const worker = new Worker(listener, { eval: true, workerData: { held, blocked }, execArgv: [], env: {} });
    worker.once("message", abort).on("error", () => undefined);
    worker.unref();
    return { signal: controller.signal, close };
}
