import {
    accessSync,
    closeSync,
    constants,
    fchmodSync,
    fstatSync,
    openSync,
    readSync,
    statSync,
    writeFileSync,
} from "node:fs";
import { dirname, resolve } from "node:path";
import { AppError } from "../errors.ts";
import { writeJson } from "../text/written.ts";
import type { Rejection } from "./loader.ts";
import type { Items } from "./sources/staging.ts";

export interface RejectSummary {
    readonly rejected: number;
    readonly firstRejected: readonly Rejection[];
    /** How many rejections are not in `firstRejected`, besides documents of an unknown shape, which are listed by file. */
    readonly unlisted: number;
    readonly rejectFile: string | undefined;
}

/** The code of a document in which no loader finds a record. */
export const unknownShape = "unknown-shape";

/** How many rejected records a summary lists. */
const firstRejections = 5;

const wouldOverwrite = "it has other content, which would be overwritten";

/**
 * Validates the path of the reject file before anything is changed: its folder must exist, and an existing file must be a
 * reject file. Without a path, a name will be generated.
 *
 * @throws AppError `cannot-open`
 */
export function refuseRejectFile(root: string, path: string | undefined): void {
    const place = resolve(root, path ?? ".");
    try {
        if (path === undefined) accessSync(place, constants.W_OK);
        // Unlike existsSync(), this fails for a link that leads to itself and a name that is too long.
        else if (!statSync(place, { throwIfNoEntry: false })) accessSync(dirname(place), constants.W_OK);
        else if (isRejectFile(place)) accessSync(place, constants.W_OK);
        else throw new Error(wouldOverwrite);
    } catch (error) {
        throw toError(error, path ?? root, "name another file with `--rejects <file>`", "Nothing was changed.");
    }
}

/**
 * Writes rejected records to a file, one per line, in a form that can be corrected and loaded again. If `path` is an
 * earlier reject file, it is overwritten; any other file is not.
 *
 * @param path relative to `root`; a new name with the time when undefined
 * @param outcome the state of the database, for the error if the file cannot be written; undefined to write no file
 * @throws AppError `cannot-open`
 */
export function keepRejections(
    root: string,
    path: string | undefined,
    rejections: Items<Rejection>,
    outcome: string | undefined,
): RejectSummary {
    const rejected = rejections.length;
    const firstRejected: Rejection[] = [];
    let unlisted = 0;
    for (const rejection of rejections) {
        if (rejection.code === unknownShape) continue;
        if (firstRejected.length < firstRejections) firstRejected.push(rejection);
        else unlisted++;
    }
    const summary = { rejected, firstRejected, unlisted };
    if (rejected === 0 || outcome === undefined) return { ...summary, rejectFile: undefined };
    return { ...summary, rejectFile: writeFile(root, path, rejections, outcome) };
}

function writeFile(root: string, path: string | undefined, rejections: Items<Rejection>, outcome: string): string {
    const stem = new Date().toISOString().replace(/[-:]|\.\d+/g, "");
    let [file, descriptor]: [string, number | undefined] = [path ?? `${stem}.rejects.ndjson`, undefined];
    try {
        if (path === undefined) [file, descriptor] = createFile(root, stem);
        else if (isRejectFile(resolve(root, path))) descriptor = openToWrite(resolve(root, path));
        else throw new Error(wouldOverwrite);
        // An earlier file keeps its mode; a device such as /dev/stdout keeps its own.
        if (fstatSync(descriptor).isFile()) fchmodSync(descriptor, 0o600);
        for (const rejection of rejections) writeFileSync(descriptor, toLine(rejection));
        return file;
    } catch (error) {
        const hint = "run the same command again with `--rejects <file>`: it rejects the same records";
        throw toError(error, file, hint, outcome);
    } finally {
        if (descriptor !== undefined) closeSync(descriptor);
    }
}

// Opening a pipe that no program reads would block for ever; without blocking, that is an error (ENXIO).
function openToWrite(path: string): number {
    const isPipe = statSync(path, { throwIfNoEntry: false })?.isFIFO() === true;
    const probe = isPipe ? openSync(path, constants.O_WRONLY | constants.O_NONBLOCK) : undefined;
    try {
        return openSync(path, "w", 0o600);
    } finally {
        if (probe !== undefined) closeSync(probe);
    }
}

function toError(error: unknown, file: string, hint: string, outcome: string): AppError {
    return new AppError("cannot-open", `the rejected records cannot be written to ${file}`, {
        details: [error instanceof Error ? error.message : String(error)],
        hint,
        outcome,
        cause: error,
    });
}

// Two runs in the same second write to different files.
function createFile(root: string, stem: string): [file: string, descriptor: number] {
    for (let number = 1; ; number++) {
        const file = `${stem}${number === 1 ? "" : `-${number}`}.rejects.ndjson`;
        try {
            return [file, openSync(resolve(root, file), "wx", 0o600)];
        } catch (error) {
            if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
        }
    }
}

/** Enough for the first fields of a line. */
const firstBytes = 8_192;

// Whether a path is free, or holds a reject file, or is a device such as /dev/stdout.
function isRejectFile(path: string): boolean {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (!stats?.isFile() || stats.size === 0) return true;
    const start = Buffer.alloc(firstBytes);
    const descriptor = openSync(path, "r");
    try {
        return /^\{"file":".*","position":"/.test(start.toString("utf8", 0, readSync(descriptor, start)));
    } finally {
        closeSync(descriptor);
    }
}

function toLine(rejection: Rejection): string {
    try {
        return `${writeJson(rejection)}\n`;
    } catch {
        // Read in parts from a file beyond 32 MiB, and so deep that JSON.stringify() fails.
        const message = `${rejection.message}; it is nested too deep to be written here`;
        return `${JSON.stringify({ ...rejection, message, record: null })}\n`;
    }
}
