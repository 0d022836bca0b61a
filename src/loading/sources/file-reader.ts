import { createHash } from "node:crypto";
// Synchronous reads are faster than promises for thousands of small files.
import { closeSync, openSync, readSync } from "node:fs";
import { relative, sep } from "node:path";
import { AppError } from "../../errors.ts";

const blockBytes = 1 << 20;

/** Reads files one after the other and hashes their names and bytes. */
export interface FileReader {
    /**
     * @param wholeBytes a larger file is only hashed
     * @returns the content, valid until the next call; undefined for a larger file
     * @throws AppError `usage` when it cannot be read
     */
    read(file: string, wholeBytes: number): Buffer | undefined;
    /** SHA-256 over all files so far; does not depend on the folder. */
    digest(): string;
}

/**
 * @param folder names are hashed relative to it
 */
export function createFileReader(folder: string): FileReader {
    const hash = createHash("sha256");
    const prefix = folder === "" ? "" : folder + sep;
    /** One buffer serves all files; it grows with them. */
    let buffer = Buffer.allocUnsafe(blockBytes);
    const nameOf = (file: string): string => {
        const name = prefix !== "" && file.startsWith(prefix) ? file.slice(prefix.length) : relative(folder, file);
        return sep === "/" ? name : name.replaceAll(sep, "/");
    };
    // Returns how much of the buffer is filled; less than all of it only at the end of the file.
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
                const why = error instanceof Error ? error.message : error;
                throw new AppError("usage", `'${file}' cannot be read: ${why}`, {
                    hint: "check its permissions",
                    outcome: "No record was written.",
                    cause: error,
                });
            } finally {
                if (descriptor !== undefined) closeSync(descriptor);
            }
        },
        digest: () => hash.digest("hex"),
    };
}

/** SHA-256 over the names and bytes of files, equal to that of readSource(). */
export function hashFiles(folder: string, files: readonly string[]): string {
    const reader = createFileReader(folder);
    for (const file of files) reader.read(file, 0);
    return reader.digest();
}
