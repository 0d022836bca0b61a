import { createHash } from "node:crypto";
import type { Connection } from "../database/connection.ts";
import { AppError } from "../errors.ts";
import { type LiteralSource, readLiterals } from "./literals.ts";

/** What rows are compared by. */
export interface Digest {
    readonly rows: number;
    /** SHA-256 over the rows in their order. */
    readonly hash: string;
}

/** Adds rows up, as they are read. */
export interface Tally {
    add(literal: string): void;
    end(): Digest;
}

/** Begins to add rows up. */
export function createTally(): Tally {
    const hash = createHash("sha256");
    let rows = 0;
    return {
        add(literal) {
            rows++;
            hash.update(literal).update("\n");
        },
        end: () => ({ rows, hash: hash.digest("hex") }),
    };
}

/** Reads all rows and adds them up. */
export async function readDigest(connection: Connection, source: LiteralSource): Promise<Digest> {
    const tally = createTally();
    for await (const { rows } of readLiterals(connection, source)) for (const literal of rows) tally.add(literal);
    return tally.end();
}

/**
 * Compares the rows of a copy with those that were to be copied.
 *
 * @throws AppError `would-lose`
 */
export function refuseDifferent(table: string, expected: Digest, copied: Digest): void {
    if (expected.rows === copied.rows && expected.hash === copied.hash) return;
    throw refuseCopy(table, `${copied.rows} rows of ${expected.rows}`);
}

/** The error of a copy that is not its source. */
export function refuseCopy(table: string, difference: string): AppError {
    return new AppError("would-lose", `the copy of '${table}' does not equal its source: ${difference}`, {
        hint: "somebody wrote to one of the databases meanwhile; stop the writers, and copy into a new empty database",
        outcome: "The source was only read. The copy is not whole: drop it.",
    });
}
