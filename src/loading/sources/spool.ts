import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A list that can be read again and again, and at any place. */
export interface Items<T> extends Iterable<T> {
    readonly length: number;
    /** @throws RangeError when there is no such item */
    at(index: number): T;
    /** Whether the item lies in memory; others are read from a file each time. */
    isHeld(index: number): boolean;
}

/** A list that grows: in memory as long as there is room, then in a file. */
export interface SpooledItems<T> extends Items<T> {
    /** @param bytes about how much memory the item takes */
    push(item: T, bytes: number): void;
    /** Leaves the first `length` items. */
    truncate(length: number): void;
}

/** Lists of JSON values that share a room in memory, and temporary files for what does not fit. */
export interface Spool {
    createList<T>(): SpooledItems<T>;
    /** Gives up the files. */
    close(): void;
}

/** A source of usual size stays in memory, where its records are met several times. */
const usualRoom = 115_000_000;
/** Lines are written together, */
const writeBytes = 1_000_000;
/** and read together, because most are read one after the other. */
const readBytes = 64_000;

/** @param room how many bytes of items memory takes */
export function createSpool(room = usualRoom): Spool {
    let left = room;
    const files: number[] = [];
    // The file has no name once it is open: whatever ends the process, nobody finds in it what was to be loaded.
    const createFile = (): number => {
        const folder = mkdtempSync(join(tmpdir(), "load-"));
        try {
            const file = openSync(join(folder, "items"), "wx+", 0o600);
            files.push(file);
            return file;
        } finally {
            rmSync(folder, { recursive: true, force: true });
        }
    };
    return {
        createList<T>() {
            const held: T[] = [];
            let heldBytes = 0;
            let overflow: FileItems<T> | undefined;
            const list: SpooledItems<T> = {
                get length() {
                    return held.length + (overflow?.length ?? 0);
                },
                at(index) {
                    if (index < 0 || index >= list.length) throw new RangeError(`there is no item ${index}`);
                    return index < held.length ? (held[index] as T) : (overflow?.at(index - held.length) as T);
                },
                isHeld: (index) => index < held.length,
                push(item, bytes) {
                    // Once one is in the file the others follow, so that the order stays.
                    if (overflow === undefined && bytes <= left) {
                        held.push(item);
                        left -= bytes;
                        heldBytes += bytes;
                        return;
                    }
                    overflow ??= createFileItems(createFile());
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
                    for (let index = 0; index < list.length; index++) yield list.at(index);
                },
            };
            return list;
        },
        close() {
            for (const file of files.splice(0)) closeSync(file);
        },
    };
}

interface FileItems<T> {
    readonly length: number;
    at(index: number): T;
    push(item: T): void;
    truncate(length: number): void;
}

/** Reads a file that grows, more at once than it is asked for. */
interface BlockReader {
    /** @param end of what was written so far */
    read(from: number, to: number, end: number): Buffer;
    /** What was read may be overwritten from now on. */
    forget(): void;
}

function createBlockReader(file: number): BlockReader {
    const nothing = { from: 0, bytes: Buffer.alloc(0) };
    let block = nothing;
    return {
        read(from, to, end) {
            if (from < block.from || to > block.from + block.bytes.length) {
                const bytes = Buffer.allocUnsafe(Math.min(Math.max(to - from, readBytes), end - from));
                for (let at = 0; at < bytes.length; ) at += readSync(file, bytes, at, bytes.length - at, from + at);
                block = { from, bytes };
            }
            return block.bytes.subarray(from - block.from, to - block.from);
        },
        forget() {
            block = nothing;
        },
    };
}

function createFileItems<T>(file: number): FileItems<T> {
    /** Where each item ends. */
    const ends: number[] = [];
    /** What cannot be written down, such as arrays that are nested a hundred thousand deep. */
    const odd = new Map<number, T>();
    let waiting: Buffer[] = [];
    let [waitingBytes, written] = [0, 0];
    const blocks = createBlockReader(file);
    const flush = (): void => {
        for (const buffer of waiting) {
            for (let at = 0; at < buffer.length; ) at += writeSync(file, buffer, at, buffer.length - at, written + at);
            written += buffer.length;
        }
        waiting = [];
        waitingBytes = 0;
    };
    return {
        get length() {
            return ends.length;
        },
        at(index) {
            if (odd.has(index)) return odd.get(index) as T;
            flush();
            return JSON.parse(blocks.read(ends[index - 1] ?? 0, ends[index] ?? 0, written).toString("utf8")) as T;
        },
        push(item) {
            const text = toText(item);
            if (text === undefined) odd.set(ends.length, item);
            const bytes = Buffer.from(text ?? "");
            ends.push((ends.at(-1) ?? 0) + bytes.length);
            waiting.push(bytes);
            waitingBytes += bytes.length;
            if (waitingBytes >= writeBytes) flush();
        },
        truncate(length) {
            flush();
            for (const index of [...odd.keys()].filter((at) => at >= length)) odd.delete(index);
            ends.length = Math.min(ends.length, length);
            written = ends.at(-1) ?? 0;
            blocks.forget();
        },
    };
}

function toText(item: unknown): string | undefined {
    try {
        return JSON.stringify(item);
    } catch {
        return undefined;
    }
}

/** The items of a list as `change` makes them, each time they are read. */
export function mapItems<T, U>(items: Items<T>, change: (item: T) => U): Items<U> {
    return viewItems(
        () => items.length,
        (index) => change(items.at(index)),
        (index) => items.isHeld(index),
    );
}

/** One list after the other. */
export function joinItems<T>(first: Items<T>, second: readonly T[]): Items<T> {
    if (second.length === 0) return first;
    return viewItems(
        () => first.length + second.length,
        (index) => (index < first.length ? first.at(index) : (second[index - first.length] as T)),
        (index) => index >= first.length || first.isHeld(index),
    );
}

/** Those items of a list whose indexes are given, in that order. */
export function selectItems<T>(items: Items<T>, indexes: readonly number[]): Items<T> {
    return viewItems(
        () => indexes.length,
        (at) => items.at(indexes[at] as number),
        (at) => items.isHeld(indexes[at] as number),
    );
}

/** A list in memory as Items. */
export function holdItems<T>(items: readonly T[]): Items<T> {
    return viewItems(
        () => items.length,
        (index) => items[index] as T,
        () => true,
    );
}

function viewItems<T>(count: () => number, at: (index: number) => T, isHeld: (index: number) => boolean): Items<T> {
    return {
        get length() {
            return count();
        },
        at,
        isHeld,
        *[Symbol.iterator]() {
            for (let index = 0; index < count(); index++) yield at(index);
        },
    };
}
