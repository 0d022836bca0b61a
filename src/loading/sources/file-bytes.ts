import { createHash } from "node:crypto";
// Thousands of small files are read faster one after the other than by promises.
import { closeSync, openSync, readSync } from "node:fs";
import { relative, sep } from "node:path";
import { AppError } from "../../errors.ts";

const blockBytes = 1 << 20;
/** What is read goes on at once, so one buffer does for all files; it grows with them. */
let shared = Buffer.allocUnsafe(blockBytes);

/**
 * Reads a file; every byte passes `take`.
 *
 * @param wholeBytes the size up to which a file is given as a whole
 * @returns the file, until the next one is read; undefined when it is larger than that
 * @throws AppError `usage` when it cannot be read
 */
export function readBytes(file: string, wholeBytes: number, take: (block: Buffer) => void): Buffer | undefined {
    let descriptor: number | undefined;
    try {
        descriptor = openSync(file, "r");
        let filled = fill(descriptor, 0);
        while (filled === shared.length && filled <= wholeBytes) {
            shared = Buffer.concat([shared, Buffer.allocUnsafe(shared.length)]);
            filled = fill(descriptor, filled);
        }
        take(shared.subarray(0, filled));
        if (filled < shared.length && filled <= wholeBytes) return shared.subarray(0, filled);
        for (let more = fill(descriptor, 0); more > 0; more = fill(descriptor, 0)) take(shared.subarray(0, more));
        return undefined;
    } catch (error) {
        throw new AppError("usage", `'${file}' cannot be read: ${error instanceof Error ? error.message : error}`, {
            hint: "check its permissions",
            outcome: "No record was written.",
            cause: error,
        });
    } finally {
        if (descriptor !== undefined) closeSync(descriptor);
    }
}

// Gives how many bytes are there then: fewer than the buffer holds only at the end of the file.
function fill(descriptor: number, from: number): number {
    let filled = from;
    while (filled < shared.length) {
        const read = readSync(descriptor, shared, filled, shared.length - filled, null);
        if (read === 0) break;
        filled += read;
    }
    return filled;
}

/** SHA-256 over the names and bytes of files. */
export interface SourceHash {
    /** Adds a file, whose bytes `read` passes on. */
    take<T>(file: string, read: (take: (block: Buffer) => void) => T): T;
    digest(): string;
}

/** @param folder what the names are relative to */
export function startHash(folder: string): SourceHash {
    const hash = createHash("sha256");
    const prefix = folder === "" ? "" : folder + sep;
    const nameOf = (file: string): string => {
        const name = prefix !== "" && file.startsWith(prefix) ? file.slice(prefix.length) : relative(folder, file);
        return sep === "/" ? name : name.replaceAll(sep, "/");
    };
    return {
        take: (file, read) => {
            hash.update(`${nameOf(file)}\0`);
            const result = read((block) => hash.update(block));
            hash.update("\0");
            return result;
        },
        digest: () => hash.digest("hex"),
    };
}
