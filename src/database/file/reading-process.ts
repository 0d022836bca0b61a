// Reads a file for reading.ts, in a process of its own: a query there neither blocks nor ends the program that asked, and can be
// ended. `reading-process.ts <path>`; each message is a list of queries.
import { existsSync } from "node:fs";
import { pathToFileURL } from "node:url";
import type { Query, ReadResult } from "../connection.ts";
import { DatabaseFault, toFault } from "../faults.ts";
import { openHandle } from "./handle.ts";
import type { Answer } from "./reading.ts";

/** How long a read waits for a writer, in milliseconds. */
const lock = 2_000;
/** How large an answer may be, in characters and bytes; a server has the same limit. */
const answerSize = 10_000_000;
const tooLarge = "the answer is larger than 10 MB: ask for fewer rows or shorter values";
const path = process.argv[2] ?? "";

// Opened for each list, so that a file that was replaced meanwhile is read as it is now.
function read(queries: readonly Query[]): readonly ReadResult[] {
    if (!existsSync(path)) throw new DatabaseFault("cannot-open", "there is no such file");
    const handle = openHandle(`${pathToFileURL(path).href}?mode=ro`, lock);
    try {
        handle.exec("BEGIN");
        return queries.map((query): ReadResult => {
            try {
                const read = handle.queryWithin(query, answerSize);
                return read ? { ok: true, ...read } : { ok: false, message: tooLarge };
            } catch (error) {
                // A server fails the whole request at a text that is not UTF-8.
                const isOfQuery = error instanceof DatabaseFault && error.isOfStatement && error.variant !== "not-utf8";
                if (isOfQuery) return { ok: false, message: error.message };
                throw error;
            }
        });
    } finally {
        handle.close();
    }
}

function answer(queries: readonly Query[]): Answer {
    try {
        return { results: read(queries) };
    } catch (error) {
        const { kind, message, variant } = toFault(error);
        return { fault: { kind, message, variant } };
    }
}

process.on("message", (queries: readonly Query[]) => process.send?.(answer(queries)));
process.on("disconnect", () => process.exit(0));
// Ctrl-C reaches the whole group; the program that asked ends this process.
process.on("SIGINT", () => undefined);
