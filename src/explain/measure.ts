import type { Connection, Query } from "../database/connection.ts";
import { DatabaseFault } from "../database/faults.ts";

/** What running a statement took. */
export interface Measured {
    /** Milliseconds of each run, request and answer included. */
    readonly times: readonly number[];
    /** Milliseconds of a statement that reads nothing, on the same way. */
    readonly floor: readonly number[];
    readonly rowsGiven: number;
    /** As the server counts, and Turso bills, them; undefined for a file, which does not count. */
    readonly rowsRead: number | undefined;
    readonly rowsWritten: number | undefined;
}

export type MeasureResult =
    | { readonly ok: true; readonly measured: Measured }
    | { readonly ok: false; message: string };

/** What takes longer, in milliseconds, is not run a second time to learn that. */
const slow = 2_000;

/**
 * Runs a statement, each time in a transaction that is rolled back.
 *
 * @param runs how often; once where the first takes seconds
 * @param clock gives milliseconds
 */
export async function measureStatement(
    connection: Pick<Connection, "tryOut" | "readAll" | "cost" | "countsRows">,
    query: Query,
    options: { writes: boolean; runs: number; signal: AbortSignal; clock: () => number },
): Promise<MeasureResult> {
    const { writes, runs, signal, clock } = options;
    const run = async (asked: Query) =>
        writes ? (await connection.tryOut([], [asked])).results[0] : (await connection.readAll([asked]))[0];
    const times: number[] = [];
    const floor: number[] = [];
    // A statement that reads nothing: the first request opens the line.
    await run({ sql: "SELECT 1" });
    const before = { ...connection.cost };
    let rowsGiven = 0;
    let counted = before;
    for (let round = 0; round < runs && (times[0] ?? 0) < slow; round++) {
        signal.throwIfAborted();
        const startedAt = clock();
        const result = await run(query).catch(toMessage);
        if (typeof result === "string") return { ok: false, message: result };
        times.push(clock() - startedAt);
        if (!result?.ok) return { ok: false, message: result?.message ?? "it gave no result" };
        rowsGiven = result.rows.length;
        if (round === 0) counted = { ...connection.cost };
        const floorAt = clock();
        await run({ sql: "SELECT 1" });
        floor.push(clock() - floorAt);
    }
    return {
        ok: true,
        measured: {
            times,
            floor,
            rowsGiven,
            rowsRead: connection.countsRows ? counted.rowsRead - before.rowsRead : undefined,
            rowsWritten: connection.countsRows ? counted.rowsWritten - before.rowsWritten : undefined,
        },
    };
}

// A constraint that is broken says something about the statement, and nothing about the database.
function toMessage(error: unknown): string {
    if (error instanceof DatabaseFault && error.isOfStatement) return error.message;
    throw error;
}

/** The number that half of all are below; NaN of none. */
export function findMedian(numbers: readonly number[]): number {
    const sorted = [...numbers].sort((one, other) => one - other);
    return sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN;
}
