import { hash } from "node:crypto";
import type { Manifest } from "./format.ts";
import type { SchemaObject } from "./layout.ts";

/** Counts and hashes the rows of a table. */
export interface RowHash {
    /**
     * @param literals values of a row as SQL, without its rowid
     */
    add(literals: Uint8Array): void;
    readonly rows: number;
    /** 64 hexadecimal digits. */
    digest(): string;
}

const words = 8;
/** How many sums of 32 bits fit into a number. */
const sumsAtMost = 1_000_000;

/**
 * Sums the SHA-256 of each row, modulo 2^256. The sum does not depend on the order of the rows: two databases may hold equal
 * rows in different orders.
 */
export function createRowHash(): RowHash {
    const sums = new Float64Array(words);
    let rows = 0;
    return {
        add: (literals) => {
            const digest = hash("sha256", literals, "buffer");
            for (let word = 0; word < words; word++) sums[word] = (sums[word] ?? 0) + digest.readUInt32BE(word * 4);
            if (++rows % sumsAtMost === 0) carry(sums);
        },
        get rows() {
            return rows;
        },
        digest: () => {
            carry(sums);
            return [...sums].map((sum) => sum.toString(16).padStart(8, "0")).join("");
        },
    };
}

function carry(sums: Float64Array): void {
    for (let word = words - 1, over = 0; word >= 0; word--) {
        const sum = (sums[word] ?? 0) + over;
        over = Math.floor(sum / 2 ** 32);
        sums[word] = sum - over * 2 ** 32;
    }
}

/** Counts and hashes objects, whatever their order. SQLite may or may not keep the white space before a semicolon. */
export function summarizeObjects(objects: readonly Omit<SchemaObject, "table">[]): Manifest["objects"] {
    const texts = objects.map(({ type, name, sql }) => JSON.stringify([type, name, sql.trimEnd()])).sort();
    return { count: texts.length, sha256: hash("sha256", texts.join("\n")) };
}
