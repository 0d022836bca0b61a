import { type FileHandle, open } from "node:fs/promises";
import { dirname } from "node:path";
import { quoteText } from "../../sql/quoting.ts";
import type { Connection, ReadTransaction } from "../connection.ts";
import { DatabaseFault, toFault } from "../faults.ts";
import { hearInterrupt } from "../interrupt.ts";
import { holdsNoMoreFiles } from "./faults.ts";

/** How many bytes of pages are in memory at a time. */
const chunkSize = 2_000_000;

/**
 * Copies a database file with VACUUM INTO or, where that fails, page by page. VACUUM INTO runs each CREATE again, and
 * libSQL can use what another program created with a string in double quotes, a collation or a function of its own, but
 * does not create it.
 *
 * @param path of a file that does not exist or is empty
 * @returns a sentence about a copy of pages; undefined where VACUUM INTO made it
 * @throws DatabaseFault, `interrupted` after Ctrl-C
 */
export async function copyFile(source: Connection, path: string, signal?: AbortSignal): Promise<string | undefined> {
    try {
        await source.runAlone(`VACUUM INTO ${quoteText(path)}`);
        return undefined;
    } catch (error) {
        const { isOfStatement, message } = toFault(error);
        if (!isOfStatement) throw error;
        const milliseconds = Math.ceil(await copyPages(source, path, signal));
        const waited = milliseconds === 0 ? "Writers did not wait" : `Writers waited for up to ${milliseconds} ms`;
        return `The file was copied page by page, because VACUUM INTO failed: ${message}. ${waited}.`;
    }
}

/** Turns an error of the system about a file beside a database into a fault; any other is returned as it is. */
export function toDiskFault(error: unknown, path: string): unknown {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    // Without the path, which the user did not choose.
    const message = error instanceof Error ? error.message.replace(/, \w+ '.*$/s, "") : "";
    if (code === "ENOSPC" || code === "EDQUOT") {
        const variant = holdsNoMoreFiles(dirname(path)) ? "no-more-files" : undefined;
        return new DatabaseFault("disk-full", message, error, { variant });
    }
    const isRefused = code === "EACCES" || code === "EPERM" || code === "EROFS";
    if (isRefused) return new DatabaseFault("cannot-open", message, error, { variant: "read-only-folder" });
    return error;
}

/**
 * Copies a database file page by page, in one read transaction. SQLite reads the pages: opening the file beside it and
 * closing it again would drop the locks of this process (https://www.sqlite.org/howtocorrupt.html#_posix_advisory_locks_canceled_by_a_separate_thread_doing_close_).
 *
 * @returns for how many milliseconds other programs could not write; 0 with a write-ahead log, which lets them
 * @throws DatabaseFault, `interrupted` after Ctrl-C
 */
async function copyPages(source: Connection, path: string, signal?: AbortSignal): Promise<number> {
    const snapshot = await source.begin("read");
    const startedAt = performance.now();
    try {
        const file = await open(path, "w");
        try {
            await writePages(snapshot, file, signal);
        } finally {
            await file.close();
        }
        const [facts] = await snapshot.query({ sql: "PRAGMA journal_mode" });
        return facts?.journal_mode === "wal" ? 0 : performance.now() - startedAt;
    } catch (error) {
        throw toDiskFault(error, path);
    } finally {
        await snapshot.close();
    }
}

async function writePages(snapshot: ReadTransaction, file: FileHandle, signal: AbortSignal | undefined): Promise<void> {
    const [facts = {}] = await snapshot.query({
        sql: "SELECT page_size, page_count FROM pragma_page_size, pragma_page_count",
    });
    const atOnce = Math.max(1, Math.floor(chunkSize / Number(facts.page_size)));
    for (let from = 1; from <= Number(facts.page_count); from += atOnce) {
        const answer = await snapshot.read({
            sql: "SELECT page.data FROM generate_series(?, ?) AS number CROSS JOIN sqlite_dbpage AS page ON page.pgno = number.value",
            args: [BigInt(from), BigInt(from + atOnce - 1)],
        });
        await file.writeFile(Buffer.concat((answer?.rows ?? []).map(([data]) => data as Uint8Array)));
        await hearInterrupt(signal);
    }
}
