import type { Client } from "@libsql/client";
import { toBound } from "../../src/database/values.ts";
import { bindQuery, type DocumentedQuery } from "../../src/queries/files.ts";
import type { RawDatabase } from "./databases.ts";
import { drawValues, type Sizes } from "./values.ts";

/** What one query took, in milliseconds. */
export interface Measurement {
    readonly query: DocumentedQuery;
    readonly times: readonly number[];
    /** Of the processor, each; what else the machine does does not add to it. Empty for a server. */
    readonly processor: readonly number[];
    /** What it is compared with: prepared statements of the driver on a file, `SELECT 1` on a server. */
    readonly floor: readonly number[];
}

export interface MeasureOptions {
    readonly runs: number;
    readonly sizes: Sizes;
    /** Only for a file. */
    readonly raw: RawDatabase | undefined;
    readonly progress: (round: number) => void;
}

/** A query that has taken longer than this, in milliseconds, is not run again, but at least ten times. */
const budget = 20_000;
const fewestRuns = 10;

/**
 * Runs queries as the application does, by @libsql/client, each time with other values. In rounds, one of each after the
 * other: what else the machine does meanwhile falls on all of them.
 */
export async function measureQueries(
    client: Client,
    queries: readonly DocumentedQuery[],
    { runs, sizes, raw, progress }: MeasureOptions,
): Promise<Measurement[]> {
    const measured = queries.map((query) => ({
        ...{ query, times: [] as number[], processor: [] as number[], floor: [] as number[] },
        prepared: raw?.prepare(bindQuery(query).sql),
    }));
    for (let n = 0; n < runs; n++) {
        for (const { query, times, processor, floor, prepared } of measured) {
            if (n >= fewestRuns && times.reduce((sum, one) => sum + one, 0) > budget) continue;
            // In two halves, and each in every round: a second run of the same values finds all in the cache.
            const bound = bindQuery(query, drawValues(query, n * 2, sizes));
            const before = process.cpuUsage();
            times.push(await time(() => client.execute({ sql: bound.sql, args: (bound.args ?? []).map(toBound) })));
            const { user, system } = process.cpuUsage(before);
            if (!prepared) {
                floor.push(await time(() => client.execute("SELECT 1")));
                continue;
            }
            processor.push((user + system) / 1000);
            const args = bindQuery(query, drawValues(query, n * 2 + 1, sizes)).args.map(toBound);
            floor.push(await time(async () => (prepared.reader ? prepared.all(...args) : prepared.run(...args))));
        }
        progress(n + 1);
    }
    return measured;
}

async function time(run: () => Promise<unknown>): Promise<number> {
    const startedAt = performance.now();
    await run();
    return performance.now() - startedAt;
}

/** The number that a share of all are at most, such as 0.95; NaN for none. Pure. */
export function percentile(numbers: readonly number[], share: number): number {
    const sorted = numbers.toSorted((one, other) => one - other);
    return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

/** NaN for none. Pure. */
export function average(numbers: readonly number[]): number {
    return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}
