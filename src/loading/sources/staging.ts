import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseJson } from "../../text/json.ts";
import { holdsWritten, writeJson } from "../../text/written.ts";

/** A list that can be read several times and by index, such as an array. */
export interface Items<T> extends Iterable<T> {
    readonly length: number;
    at(index: number): T | undefined;
    /** How many of the first items are in memory; all when undefined. Each access to another one reads a file. */
    readonly held?: number;
}

/** A growing list: in memory while there is room, then in a file. */
export interface StagedItems<T> extends Items<T> {
    /**
     * @param bytes approximate memory of the item
     */
    push(item: T, bytes: number): void;
    truncate(length: number): void;
}

/** Holds records and rejections during a load: lists of JSON values that share memory and overflow into files. */
export interface Staging {
    createList<T>(): StagedItems<T>;
    close(): void;
}

/** Enough for sources of the usual size, whose records are read several times. */
const usualRoom = 115_000_000;

/**
 * @param room how many bytes of items are held in memory
 */
export function openStaging(room = usualRoom): Staging {
    let left = room;
    const files: number[] = [];
    return {
        createList<T>() {
            const held: T[] = [];
            let heldBytes = 0;
            let overflow: FileItems<T> | undefined;
            const list: StagedItems<T> = {
                get length() {
                    return held.length + (overflow?.length ?? 0);
                },
                get held() {
                    return held.length;
                },
                at: (index) => (index < held.length ? held[index] : overflow?.at(index - held.length)),
                push(item, bytes) {
                    // Once one item is in the file, all later ones follow, which keeps the order.
                    if (overflow === undefined && bytes <= left) {
                        held.push(item);
                        left -= bytes;
                        heldBytes += bytes;
                        return;
                    }
                    if (overflow === undefined) {
                        const file = openUnnamedFile();
                        files.push(file);
                        overflow = createFileItems(file);
                    }
                    overflow.push(item);
                },
                truncate(length) {
                    overflow?.truncate(Math.max(0, length - held.length));
                    held.length = Math.min(held.length, length);
                    if (length > 0) return;
                    left += heldBytes;
                    heldBytes = 0;
                },
                *[Symbol.iterator]() {
                    for (let index = 0; index < list.length; index++) yield list.at(index) as T;
                },
            };
            return list;
        },
        close() {
            for (const file of files.splice(0)) closeSync(file);
        },
    };
}

// The name is removed at once, so that no file with people's data remains even if the process is killed.
function openUnnamedFile(): number {
    const folder = mkdtempSync(join(tmpdir(), "load-"));
    try {
        return openSync(join(folder, "items"), "wx+", 0o600);
    } finally {
        rmSync(folder, { recursive: true, force: true });
    }
}

type FileItems<T> = Pick<StagedItems<T>, "length" | "at" | "truncate"> & { push(item: T): void };

function createFileItems<T>(file: number): FileItems<T> {
    /** End offset of each item. */
    const ends: number[] = [];
    /** Items that JSON cannot express, such as arrays nested a hundred thousand deep. */
    const odd = new Map<number, T>();
    /** Items that keep how they were written, which takes longer to read. */
    const written = new Set<number>();
    return {
        get length() {
            return ends.length;
        },
        at(index) {
            if (odd.has(index)) return odd.get(index);
            const from = ends[index - 1] ?? 0;
            const bytes = Buffer.allocUnsafe((ends[index] ?? from) - from);
            for (let at = 0; at < bytes.length; ) at += readSync(file, bytes, at, bytes.length - at, from + at);
            const text = bytes.toString("utf8");
            return (written.has(index) ? parseJson(text) : JSON.parse(text)) as T;
        },
        push(item) {
            const text = toText(item);
            if (text === undefined) odd.set(ends.length, item);
            else if (holdsWritten(item)) written.add(ends.length);
            const bytes = Buffer.from(text ?? "");
            const from = ends.at(-1) ?? 0;
            for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at, bytes.length - at, from + at);
            ends.push(from + bytes.length);
        },
        truncate(length) {
            for (const index of [...odd.keys()].filter((at) => at >= length)) odd.delete(index);
            for (const index of [...written].filter((at) => at >= length)) written.delete(index);
            ends.length = Math.min(ends.length, length);
        },
    };
}

function toText(item: unknown): string | undefined {
    try {
        return writeJson(item);
    } catch {
        return undefined;
    }
}

/** One list followed by another. */
export function joinItems<T>(first: Items<T>, second: readonly T[]): Items<T> {
    if (second.length === 0) return first;
    return {
        length: first.length + second.length,
        held: first.held ?? first.length,
        at: (index) => (index < first.length ? first.at(index) : second[index - first.length]),
        *[Symbol.iterator]() {
            yield* first;
            yield* second;
        },
    };
}
