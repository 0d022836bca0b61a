import { setImmediate } from "node:timers/promises";
import { DatabaseFault } from "../database/faults.ts";

/** @throws DatabaseFault `interrupted` after a Ctrl-C that was heard */
export function throwIfInterrupted(signal: AbortSignal | undefined): void {
    if (signal?.aborted) throw new DatabaseFault("interrupted", "interrupted");
}

/**
 * Lets the process hear a Ctrl-C: what never waits for anything, such as an embedded database, hears it when all is done.
 *
 * @throws DatabaseFault `interrupted`
 */
export async function hearInterrupt(signal: AbortSignal | undefined): Promise<void> {
    await setImmediate();
    throwIfInterrupted(signal);
}
