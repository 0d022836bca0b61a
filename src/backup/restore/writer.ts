import type { StoredValue } from "../../database/server/snapshot.ts";
import type { Target } from "../../database/target.ts";

/** One transaction that a restore runs in, on a file or on a server: it is committed whole, or nothing is. */
export interface RestoreWriter {
    /** @throws DatabaseFault `busy` while another one writes to a file */
    begin(): Promise<void>;
    /** Runs a statement after those before it; when it fails, so does this call or a later one. */
    run(sql: string): Promise<void>;
    /** Runs a statement that the database may refuse; gives whether it did not. */
    tryRun(sql: string): Promise<boolean>;
    /** Reads inside the transaction, after all that was run. */
    read(sql: string): Promise<readonly (readonly StoredValue[])[]>;
    /** @throws DatabaseFault; an ambiguous one when nobody can say whether it was committed */
    commit(): Promise<void>;
    /** Rolls back what was not committed, and lets the database go. */
    end(): Promise<void>;
}

/**
 * Opens a database for a restore. Foreign keys are off in it: rows come in any order.
 *
 * @param lock how long another program that has locked a file is waited for, in milliseconds
 */
export async function openWriter(target: Target, lock: number, signal?: AbortSignal): Promise<RestoreWriter> {
    if (target.kind === "file") return (await import("./file-writer.ts")).openFileWriter(target, lock, signal);
    return (await import("./server-writer.ts")).openServerWriter(target, signal);
}
