import { setImmediate } from "node:timers/promises";
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
