import { setImmediate as turn } from "node:timers/promises";
import type { Connection } from "../database/connection.ts";
import { DatabaseFault, explainFault } from "../database/faults.ts";

/**
 * A connection for long work beside another one: Ctrl-C ends it between two operations, also on a file, whose driver
 * leaves no room for it; and what fails names the database that it is of.
 *
 * @param outcome what an end leaves behind, in a sentence
 */
export function attend(connection: Connection, signal: AbortSignal, outcome: string): Connection {
    const run = async <T>(operation: () => Promise<T>): Promise<T> => {
        try {
            await turn();
            if (signal.aborted) throw new DatabaseFault("interrupted", "interrupted");
            return await operation();
        } catch (error) {
            if (!(error instanceof DatabaseFault)) throw error;
            throw explainFault(error, connection.target).withOutcome(outcome);
        }
    };
    return {
        ...connection,
        readAll: (...args) => run(() => connection.readAll(...args)),
        runScript: (...args) => run(() => connection.runScript(...args)),
        write: (statements) => run(() => connection.write(statements)),
    };
}
