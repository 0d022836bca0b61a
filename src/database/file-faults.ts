import { closeSync, existsSync, openSync, readSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseFault, type FaultVariant, toFault } from "./faults.ts";

/** As toFault(), for a database file: where SQLite has one code for several causes, the file tells which it is. */
export function toFileFault(error: unknown, path: string): DatabaseFault {
    const fault = toFault(error);
    if (fault.variant !== undefined) return fault;
    const variant = findVariant(fault, path);
    // The driver's own words about opening are those of its inside, and hold the path a second time.
    const message = fault.kind === "cannot-open" ? "SQLITE_CANTOPEN" : fault.message;
    return new DatabaseFault(fault.kind, message, fault.cause, { variant });
}

function findVariant(fault: DatabaseFault, path: string): FaultVariant | undefined {
    if (fault.kind === "cannot-open") {
        if (!existsSync(dirname(path))) return "no-folder";
        if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return "is-folder";
        // A file that opens is not what could not be opened: what is written beside it is.
        return findRefusal(path, "r+") === undefined ? "read-only-folder" : "no-permission";
    }
    if (fault.kind === "read-only-file") {
        if (/DBMOVED|_1032$/.test(readCode(fault.cause) ?? "")) return "moved";
        return findRefusal(path, "r+") === undefined ? "read-only-folder" : undefined;
    }
    return fault.kind === "corrupt" && isCutOff(path) ? "truncated" : undefined;
}

// Opened, not asked for: access() answers for the user who started the process, which need not be the one it runs as.
function findRefusal(path: string, mode: "r" | "r+"): string | undefined {
    try {
        closeSync(openSync(path, mode));
        return undefined;
    } catch (error) {
        return readCode(error);
    }
}

// The header says how many pages of what size there are (https://www.sqlite.org/fileformat.html#the_database_header).
function isCutOff(path: string): boolean {
    if (findRefusal(path, "r") !== undefined) return false;
    const file = openSync(path, "r");
    try {
        const header = Buffer.alloc(100);
        if (readSync(file, header, 0, 100, 0) < 100) return true;
        const written = header.readUInt16BE(16);
        const pageSize = written === 1 ? 65_536 : written;
        return statSync(path).size < pageSize * header.readUInt32BE(28);
    } finally {
        closeSync(file);
    }
}

function readCode(error: unknown): string | undefined {
    return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}
