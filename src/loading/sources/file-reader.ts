import { createHash } from "node:crypto";
// Thousands of small files are read faster one after the other than by promises.
import { closeSync, openSync, readSync } from "node:fs";
import { relative, sep } from "node:path";
import { AppError } from "../../errors.ts";

const blockBytes = 1 << 20;

/** Reads files one after the other, and hashes their names and bytes on the way. */
export interface FileReader {
    /**
     * @param wholeBytes the size up to which a file is given as a whole; a larger one is only hashed
     * @returns the file, valid until the next one is read; undefined for a larger one
     * @throws AppError `usage` when it cannot be read
     */
    read(file: string, wholeBytes: number): Buffer | undefined;
    /** SHA-256 over all files so far: the same for unchanged files, in whatever folder. */
    digest(): string;
}

/** @param folder the names are relative to it */
export function createFileReader(folder: string): FileReader {
    const hash = createHash("sha256");
    const prefix = folder === "" ? "" : folder + sep;
    /** One buffer serves all files; it grows with them. */
    let buffer = Buffer.allocUnsafe(blockBytes);
    const nameOf = (file: string): string => {
        const name = prefix !== "" && file.startsWith(prefix) ? file.slice(prefix.length) : relative(folder, file);
        return sep === "/" ? name : name.replaceAll(sep, "/");
    };
    // Gives how much of the buffer is filled then: not all of it only at the end of the file.
    const fill = (descriptor: number, from: number): number => {
        let filled = from;
        while (filled < buffer.length) {
            const read = readSync(descriptor, buffer, filled, buffer.length - filled, null);
            if (read === 0) break;
            filled += read;
        }
        return filled;
    };
    const readOpen = (descriptor: number, wholeBytes: number): Buffer | undefined => {
        let filled = fill(descriptor, 0);
        while (filled === buffer.length && filled <= wholeBytes) {
            buffer = Buffer.concat([buffer, Buffer.allocUnsafe(buffer.length)]);
            filled = fill(descriptor, filled);
        }
        hash.update(buffer.subarray(0, filled));
        if (filled < buffer.length && filled <= wholeBytes) return buffer.subarray(0, filled);
        for (let more = fill(descriptor, 0); more > 0; more = fill(descriptor, 0))
            hash.update(buffer.subarray(0, more));
        return undefined;
    };
    return {
        read(file, wholeBytes) {
            let descriptor: number | undefined;
            try {
                descriptor = openSync(file, "r");
                hash.update(`${nameOf(file)}\0`);
                const bytes = readOpen(descriptor, wholeBytes);
                hash.update("\0");
                return bytes;
            } catch (error) {
                throw new AppError(
                    "usage",
                    `'${file}' cannot be read: ${error instanceof Error ? error.message : error}`,
                    {
                        hint: "check its permissions",
                        outcome: "No record was written.",
                        cause: error,
                    },
                );
            } finally {
                if (descriptor !== undefined) closeSync(descriptor);
            }
        },
        digest: () => hash.digest("hex"),
    };
}

/** SHA-256 over the names and bytes of files, as readSource() gives it. */
export function hashFiles(folder: string, files: readonly string[]): string {
    const reader = createFileReader(folder);
    for (const file of files) reader.read(file, 0);
    return reader.digest();
}
