import type { Connection, Query } from "../database/connection.ts";
import { DatabaseFault } from "../database/faults.ts";

/** The cost of running a statement. */
export interface Measured {
    /** Milliseconds of each run, including request and response. */
    readonly times: readonly number[];
    /** Milliseconds of `SELECT 1` after each run. */
    readonly floor: readonly number[];
    readonly rowsReturned: number;
    /** As counted by the server and billed by Turso; undefined for a file. */
    readonly rowsRead: number | undefined;
    readonly rowsWritten: number | undefined;
}

/** A statement that takes more milliseconds is run once. */
const slow = 2_000;

/**
 * Runs a statement, each time in a transaction that is rolled back.
 * @returns the message if the statement failed
 */
export async function measureStatement(
    connection: Pick<Connection, "tryOut" | "readAll" | "cost" | "countsRows">,
    query: Query,
    { writes, runs, signal, clock }: { writes: boolean; runs: number; signal: AbortSignal; clock: () => number },
): Promise<Measured | string> {
    const run = async (asked: Query) =>
        writes ? (await connection.tryOut([], [asked])).results[0] : (await connection.readAll([asked]))[0];
    const times: number[] = [];
    const floor: number[] = [];
    // The first request opens the connection.
    await run({ sql: "SELECT 1" });
    const checked = writes || connection.countsRows ? undefined : await run(query).catch(toFailure);
    if (checked?.ok === false) return checked.message;
    // The texts are known to be UTF-8, and reading them as bytes would be measured too.
    const timed = checked ? { ...query, trustsTexts: true } : query;
    const before = { ...connection.cost };
    let rowsReturned = 0;
    let counted = before;
    for (let round = 0; round < runs && (times[0] ?? 0) < slow; round++) {
        signal.throwIfAborted();
        const startedAt = clock();
        const result = await run(timed).catch(toFailure);
        times.push(clock() - startedAt);
        if (!result?.ok) return result?.message ?? "it returned no result";
        rowsReturned = result.rows.length;
        if (round === 0) counted = { ...connection.cost };
        const floorAt = clock();
        await run({ sql: "SELECT 1" });
        floor.push(clock() - floorAt);
    }
    const { countsRows } = connection;
    const rowsRead = countsRows ? counted.rowsRead - before.rowsRead : undefined;
    const rowsWritten = countsRows ? counted.rowsWritten - before.rowsWritten : undefined;
    return { times, floor, rowsReturned, rowsRead, rowsWritten };
}

// A violated constraint is a result of the statement, not a fault of the database.
function toFailure(error: unknown): { ok: false; message: string } {
    if (error instanceof DatabaseFault && error.isOfStatement) return { ok: false, message: error.message };
    throw error;
}
