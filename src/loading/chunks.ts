import { toRejection } from "./decide-chunk.ts";
import type { Valid } from "./duplicates.ts";
import type { ColumnValues, Rejection } from "./loader.ts";

/** When a chunk is full. */
export interface ChunkLimit {
    readonly bytes: number;
    readonly records: number;
    readonly measure: (values: ColumnValues) => number;
}

/** A chunk is sent when it reaches either: a server refuses an argument of 5 MB (measured). */
export const chunkOnServer: ChunkLimit = { bytes: 1_500_000, records: 5_000, measure: measureBytes };
/** A file is synced at the end of each transaction, so larger ones are faster; a reader waits for one about a second. */
export const chunkInFile: ChunkLimit = { bytes: 32_000_000, records: 5_000, measure: measureLength };
/** A record beyond this many bytes is rejected: its history, with the text before and after, must fit into a row too. */
const recordBytes = 2_000_000;

/** Puts records together to chunks; one that is too large for any is rejected. */
export function* splitIntoChunks(
    records: Iterable<Valid>,
    limit: ChunkLimit,
    reject: (rejection: Rejection) => void,
): Generator<Valid[]> {
    let chunk: Valid[] = [];
    let bytes = 0;
    for (const record of records) {
        const length = limit.measure(record.values);
        // Only what is near the limit is measured letter by letter.
        const size = length * 3 > recordBytes ? measureBytes(record.values) : length;
        if (size > recordBytes) {
            const message = `is ${size} bytes long; ${recordBytes} fit`;
            reject(toRejection(record, "too-large", message));
            continue;
        }
        if (chunk.length > 0 && (chunk.length >= limit.records || bytes + size > limit.bytes)) {
            yield chunk;
            chunk = [];
            bytes = 0;
        }
        chunk.push(record);
        bytes += size;
    }
    if (chunk.length > 0) yield chunk;
}

function measureBytes(values: ColumnValues): number {
    return measure(values, Buffer.byteLength);
}

function measureLength(values: ColumnValues): number {
    return measure(values, (text) => text.length);
}

function measure(values: ColumnValues, measureText: (text: string) => number): number {
    let size = 0;
    for (const column in values) {
        const value = values[column];
        size += typeof value === "string" ? measureText(value) : 8;
    }
    return size;
}
