import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";
import { describeReadError } from "./obstacle.ts";

/** Larger than any key. */
const largest = 100_000;
/** How long a pipe may stay silent, in milliseconds. */
const patience = 5_000;
const pause = 20;

/**
 * Reads a small file, which may be a pipe, such as `<(age --decrypt key.age)`, or a device.
 *
 * @returns its bytes, or in words why they could not be read
 */
export async function readSmallFile(path: string, wait = patience): Promise<Buffer | string> {
    // Opening a pipe for reading would wait for its writer, and end for no signal.
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch(describeReadError);
    if (typeof file === "string") return file;
    try {
        const stats = await file.stat();
        if (stats.isDirectory()) return "it is a folder";
        return await readToEnd(file, stats.isFile() ? 0 : wait);
    } catch (error) {
        return describeReadError(error);
    } finally {
        await file.close();
    }
}

async function readToEnd(file: FileHandle, wait: number): Promise<Buffer | string> {
    const buffer = Buffer.alloc(largest + 1);
    let [size, waited] = [0, 0];
    for (;;) {
        const read = await readSome(file, buffer, size);
        size += read ?? 0;
        if (size > largest) return `it is larger than ${largest / 1_000} kB`;
        // Before its writer opens it, a pipe is at its end.
        if (read === 0 && (size > 0 || waited >= wait)) return buffer.subarray(0, size);
        if (read) continue;
        if (waited >= wait) return `nothing was written to it within ${wait / 1_000} seconds`;
        await setTimeout(pause);
        waited += pause;
    }
}

// Undefined while a pipe has a writer that has written nothing more.
async function readSome(file: FileHandle, buffer: Buffer, from: number): Promise<number | undefined> {
    try {
        return (await file.read(buffer, from, buffer.length - from, null)).bytesRead;
    } catch (error) {
        if (error instanceof Error && "code" in error && error.code === "EAGAIN") return undefined;
        throw error;
    }
}
