import { closeSync, openSync, writeSync } from "node:fs";
import { resolve } from "node:path";
import { AppError } from "../errors.ts";
import type { Output } from "../output.ts";
import type { Rejection } from "../seeding/loader.ts";
import type { Items } from "../seeding/spool.ts";
import { countOf } from "./report.ts";

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
 * Writes rejected records to a file, one on each line, as they are loaded again once they are mended.
 *
 * @param path a name with the time when undefined
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
    const file = path ?? `${new Date().toISOString().replace(/[-:]|\.\d+/g, "")}.rejects.ndjson`;
    let descriptor: number | undefined;
    try {
        descriptor = openSync(resolve(root, file), "w");
        for (const rejection of rejections) writeAll(descriptor, toLine(rejection));
        return file;
    } catch (error) {
        throw new AppError("cannot-open", `the rejected records cannot be written to ${file}`, {
            details: [error instanceof Error ? error.message : String(error)],
            hint: "run the same command again with --rejects <file>: it rejects them again",
            outcome,
            cause: error,
        });
    } finally {
        if (descriptor !== undefined) closeSync(descriptor);
    }
}

function writeAll(descriptor: number, text: string): void {
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at);
}

function toLine(rejection: Rejection): string {
    try {
        return `${JSON.stringify(rejection)}\n`;
    } catch {
        // Nested beyond what can be written down: its place is all that can be kept.
        return `${JSON.stringify({ ...rejection, record: null })}\n`;
    }
}
