import { accessSync, closeSync, constants, existsSync, openSync, readSync, statSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { AppError } from "../../errors.ts";
import type { Rejection } from "../../loading/loader.ts";
import type { Items } from "../../loading/sources/spool.ts";
import type { Output } from "../output.ts";
import { countOf } from "../report.ts";

const shownRejections = 5;

/** Prints the first of the rejected records, and where all of them are. */
export function printRejections(output: Output, rejections: Items<Rejection>, file: string | undefined): void {
    const shown = Math.min(shownRejections, rejections.length);
    for (let index = 0; index < shown; index++) {
        const { file: source, position, code, message } = rejections.at(index);
        output.warn(`rejected ${source}${position === "" ? "" : ` at ${position}`}: ${code}: ${message}`);
    }
    if (rejections.length > shown) output.warn(`and ${rejections.length - shown} more`);
    if (file === undefined) return;
    output.warn(`${countOf(rejections.length, "record")} went to ${file}; mend them there and load that file`);
}

/**
 * Refuses a place for rejected records, before anything is changed: a folder that is not there, or a file that holds
 * something else, which nobody wants overwritten.
 *
 * @param path undefined for a name of our own
 * @throws AppError `cannot-open`
 */
export function refuseRejectFile(root: string, path: string | undefined): void {
    const place = resolve(root, path ?? ".");
    try {
        if (path === undefined || !existsSync(place))
            accessSync(path === undefined ? place : dirname(place), constants.W_OK);
        else if (!isRejectFile(place)) throw new Error("it holds something else, which would be overwritten");
        else accessSync(place, constants.W_OK);
    } catch (error) {
        throw new AppError("cannot-open", `the rejected records cannot be written to ${path ?? root}`, {
            details: [messageOf(error)],
            hint: "name another file with --rejects <file>",
            outcome: "Nothing was changed.",
        });
    }
}

/**
 * Writes rejected records to a file, one on each line, as they are loaded again once they are mended. A file of an
 * earlier run is overwritten where its path is given; any other file is not.
 *
 * @param path a new name with the time when undefined
 * @param outcome what the user is told of the database when the file cannot be written
 * @returns the path, as it was given
 * @throws AppError `cannot-open`
 */
export function writeRejects(
    root: string,
    path: string | undefined,
    rejections: Items<Rejection>,
    outcome: string,
): string {
    const stem = new Date().toISOString().replace(/[-:]|\.\d+/g, "");
    let [file, descriptor]: [string, number | undefined] = [path ?? `${stem}.rejects.ndjson`, undefined];
    try {
        if (path === undefined) [file, descriptor] = createFile(root, stem);
        else {
            if (!isRejectFile(resolve(root, path)))
                throw new Error("it holds something else, which would be overwritten");
            descriptor = openSync(resolve(root, path), "w");
        }
        for (const rejection of rejections) writeFileSync(descriptor, toLine(rejection));
        return file;
    } catch (error) {
        throw new AppError("cannot-open", `the rejected records cannot be written to ${file}`, {
            details: [messageOf(error)],
            hint: "run the same command again with --rejects <file>: it rejects them again",
            outcome,
            cause: error,
        });
    } finally {
        if (descriptor !== undefined) closeSync(descriptor);
    }
}

// Two runs of one second have a file each.
function createFile(root: string, stem: string): [file: string, descriptor: number] {
    for (let number = 1; ; number++) {
        const file = `${stem}${number === 1 ? "" : `-${number}`}.rejects.ndjson`;
        try {
            return [file, openSync(resolve(root, file), "wx")];
        } catch (error) {
            if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
        }
    }
}

/** Whether a path is free, or holds rejected records; what is no file, such as /dev/stdout, is written to. */
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

/** Enough for the names that a line of rejects begins with. */
const firstBytes = 8_192;

function messageOf(error: unknown): string {
    return error instanceof Error ? error.message : String(error);
}

function toLine(rejection: Rejection): string {
    try {
        return `${JSON.stringify(rejection)}\n`;
    } catch {
        // Nested beyond what can be written down: its place is all that can be kept.
        return `${JSON.stringify({ ...rejection, record: null })}\n`;
    }
}
