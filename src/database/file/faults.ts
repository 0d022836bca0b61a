import { closeSync, lstatSync, openSync, readSync, statfsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import type { FaultVariant } from "../fault-sentences.ts";
import { DatabaseFault, toFault } from "../faults.ts";

/** Like toFault(), for a database file: where SQLite has one code for several causes, looks at the file. */
export function toFileFault(error: unknown, path: string): DatabaseFault {
    const fault = toFault(error);
    if (fault.variant !== undefined) return fault;
    const isJournal = fault.kind === "cannot-open" || fault.kind === "read-only-file" || fault.kind === "server-fault";
    if (isJournal && holdsNoMoreFiles(dirname(path))) {
        return new DatabaseFault("disk-full", fault.message, fault.cause, { variant: "no-more-files" });
    }
    if (fault.kind === "cannot-open") {
        const { variant, code } = findObstacle(path);
        // The driver's message repeats the path and names its internals.
        return new DatabaseFault(fault.kind, code ?? "SQLITE_CANTOPEN", fault.cause, { variant });
    }
    return new DatabaseFault(fault.kind, fault.message, fault.cause, { variant: findVariant(fault, path) });
}

/** Whether a file system has no room for a further file, which a journal is: SQLite then reports something else. */
export function holdsNoMoreFiles(folder: string): boolean {
    try {
        const { files, ffree } = statfsSync(folder);
        // Some file systems count none.
        return files > 0 && ffree === 0;
    } catch {
        return false;
    }
}

/** Whether nothing exists at a path; false where that is unknown. */
export function isAbsent(path: string): boolean {
    return findKind(path) === "absent";
}

function findKind(path: string): "absent" | "folder" | "file" | "unknown" {
    try {
        return statSync(path).isDirectory() ? "folder" : "file";
    } catch (error) {
        return readCode(error) === "ENOENT" ? "absent" : "unknown";
    }
}

/** Finds why a file cannot be opened: a known reason, or else the code of the system. */
function findObstacle(path: string): { variant?: FaultVariant; code?: string | undefined } {
    const folder = findKind(dirname(path));
    if (folder === "absent" || folder === "file") return { variant: "no-folder" };
    if (findKind(path) === "folder") return { variant: "is-folder" };
    const code = findRefusal(path, "r+");
    // The file itself opens, so its journal cannot be created.
    if (code === undefined) return { variant: "read-only-folder" };
    if (code === "ENOENT" && isLink(path)) return { variant: "no-folder" };
    return ["EACCES", "EPERM", "ENOENT"].includes(code) ? { variant: "no-permission" } : { code };
}

function isLink(path: string): boolean {
    return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
}

function findVariant(fault: DatabaseFault, path: string): FaultVariant | undefined {
    if (fault.kind === "read-only-file") {
        if (/DBMOVED|_1032$/.test(readCode(fault.cause) ?? "")) return "moved";
        return findRefusal(path, "r+") === undefined ? "read-only-folder" : undefined;
    }
    return fault.kind === "corrupt" && isCutOff(path) ? "truncated" : undefined;
}

// Opens the file, because access() checks the real user rather than the effective one.
function findRefusal(path: string, mode: "r" | "r+"): string | undefined {
    try {
        closeSync(openSync(path, mode));
        return undefined;
    } catch (error) {
        return readCode(error);
    }
}

// The header has the number and the size of pages (https://www.sqlite.org/fileformat.html#the_database_header).
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
