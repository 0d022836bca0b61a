import type { Connection, Query, Row } from "../database/connection.ts";
import { DatabaseFault } from "../database/faults.ts";

/** A statement of a transaction. */
export interface Effect extends Query {
    /** What it means when the statement fails: it asserts something. */
    readonly asserts?: string;
}

/** A transaction was rolled back because what one of its statements asserts does not hold. */
export class UnmetAssertion extends Error {
    /** As `asserts` of the statement. */
    readonly assertion: string;

    constructor(assertion: string, cause: unknown) {
        super(`it does not hold that ${assertion}`, { cause });
        this.name = "UnmetAssertion";
        this.assertion = assertion;
    }
}

/** A statement that fails, and with it its transaction, unless an expression of SQL is true. */
export function assertThat(condition: string, asserts: string, args: Query["args"] = []): Effect {
    // RAISE() works in triggers only; json() fails on every target.
    return { sql: `SELECT iif(${condition}, 1, json('unmet'))`, args, asserts };
}

/** Asserts that the statement before it changed one row. */
export function assertChanged(asserts: string): Effect {
    return assertThat("changes() = 1", asserts);
}

/**
 * Runs statements in one transaction and one request; returns the rows of each.
 *
 * @throws UnmetAssertion
 * @throws DatabaseFault
 */
export async function runEffects(connection: Connection, effects: readonly Effect[]): Promise<(readonly Row[])[]> {
    try {
        return await connection.write(effects.map(({ sql, args = [] }) => ({ sql, args })));
    } catch (error) {
        if (!(error instanceof DatabaseFault) || !error.isOfStatement || error.part === undefined) throw error;
        const assertion = effects[error.part]?.asserts;
        throw assertion === undefined ? error : new UnmetAssertion(assertion, error);
    }
}
