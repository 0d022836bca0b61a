import { type ColumnValues, type Rejection, toRejection } from "./loader.ts";
import type { Valid } from "./validate.ts";

/**
 * In UTF-16 units, of at most 3 bytes each: a server refuses an argument of 5 MB, and a replica passes on no request of
 * more than 4 MiB (measured).
 */
const lengthOnServer = 1_300_000;
/** Each transaction ends with a sync of the file, so longer chunks are faster; a reader waits about a second for one. */
const lengthInFile = 32_000_000;
const chunkRecords = 5_000;
/** A longer record is rejected: its history row, which holds the text before and after, must fit too. */
const recordBytes = 2_000_000;

/** Divides records into chunks of one transaction each; rejects a record that is too large. */
export function* splitIntoChunks(
    records: Iterable<Valid>,
    isFile: boolean,
    reject: (rejection: Rejection) => void,
): Generator<Valid[]> {
    const longest = isFile ? lengthInFile : lengthOnServer;
    let chunk: Valid[] = [];
    let total = 0;
    for (const record of records) {
        const { source, values } = record;
        const length = measure(values, (text) => text.length);
        // Counting bytes is slower, so it is done only where the record may be too large.
        const bytes = length * 3 > recordBytes ? measure(values, Buffer.byteLength) : length;
        if (bytes > recordBytes) {
            reject(toRejection(source, "too-large", `is ${bytes} bytes long; the limit is ${recordBytes}`));
            continue;
        }
        if (chunk.length > 0 && (chunk.length >= chunkRecords || total + length > longest)) {
            yield chunk;
            chunk = [];
            total = 0;
        }
        chunk.push(record);
        total += length;
    }
    if (chunk.length > 0) yield chunk;
}

function measure(values: ColumnValues, measureText: (text: string) => number): number {
    let size = 0;
    for (const column in values) {
        const value = values[column];
        size += typeof value === "string" ? measureText(value) : 8;
    }
    return size;
}
