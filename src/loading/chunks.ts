import { toRejection } from "./decide.ts";
import type { ColumnValues, Rejection } from "./loader.ts";
import type { Valid } from "./validate.ts";

/** A chunk is sent when it reaches its length: a server refuses an argument of 5 MB (measured), and no letter has more than 3 bytes. */
const lengthOnServer = 1_500_000;
/** A file is synced at the end of each transaction, so longer chunks are faster; a reader waits for one about a second. */
const lengthInFile = 32_000_000;
const chunkRecords = 5_000;
/** A longer record is rejected: its history, with the text before and after, must fit into a row too. */
const recordBytes = 2_000_000;

/** Divides records into chunks, each of which is one transaction; a record that is too large is rejected. */
export function* splitIntoChunks(
    records: Iterable<Valid>,
    isFile: boolean,
    reject: (rejection: Rejection) => void,
): Generator<Valid[]> {
    const longest = isFile ? lengthInFile : lengthOnServer;
    let chunk: Valid[] = [];
    let total = 0;
    for (const record of records) {
        const length = measure(record.values, (text) => text.length);
        // Counting bytes is slower, so only what may be too large is counted.
        const bytes = length * 3 > recordBytes ? measure(record.values, Buffer.byteLength) : length;
        if (bytes > recordBytes) {
            reject(toRejection(record, "too-large", `is ${bytes} bytes long; the limit is ${recordBytes}`));
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
