import { setImmediate } from "node:timers/promises";
import { DatabaseFault } from "./faults.ts";

/** @throws DatabaseFault `interrupted` after a Ctrl-C */
export function throwIfInterrupted(signal: AbortSignal | undefined): void {
    if (signal?.aborted) throw new DatabaseFault("interrupted", "interrupted");
}

/**
 * Lets the process receive a Ctrl-C; work that never waits, such as that on an embedded database, would receive it only at
 * its end.
 *
 * @throws DatabaseFault `interrupted`
 */
export async function hearInterrupt(signal: AbortSignal | undefined): Promise<void> {
    await setImmediate();
    throwIfInterrupted(signal);
}
