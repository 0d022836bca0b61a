import type { Connection } from "./connection.ts";
import type { Target } from "./target.ts";

export interface OpenOptions {
    /** How long each operation waits for the lock of a file, in milliseconds. */
    readonly lock?: number | undefined;
    /** How long to wait for a server's answer to a read, in milliseconds. */
    readonly answer?: number | undefined;
    /** Refuses a missing file instead of creating it. */
    readonly mustExist?: boolean | undefined;
}

/**
 * Opens a database. Loads only the driver that it needs.
 *
 * @param signal when aborted, ends a running request, so that the server rolls back, and the first wait for a file
 * @throws DatabaseFault `cannot-open` or `not-a-database` for a file
 */
export async function openConnection(
    target: Target,
    signal?: AbortSignal,
    { lock, answer, mustExist }: OpenOptions = {},
): Promise<Connection> {
    if (target.kind === "file") {
        const { openFile } = await import("./file/connection.ts");
        return openFile(target, signal, { mustExist, ...(lock === undefined ? {} : { lock, firstRead: 0 }) });
    }
    const { openServer } = await import("./server/connection.ts");
    return openServer(target, signal, answer === undefined ? undefined : { usual: answer, interrupted: answer });
}
