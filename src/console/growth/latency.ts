import type { Connection, Query } from "../../database/connection.ts";
import { DatabaseFault } from "../../database/faults.ts";
import { readExplained } from "../../explain/statement.ts";
import { bindQuery, type DocumentedQuery, readQueries } from "../../queries/files.ts";
import { readName } from "../../sql/lexer.ts";
import { isSameName } from "../../sql/names.ts";
import type { MaskedColumn } from "../masked.ts";

/** How long a documented query took. */
export interface TimedQuery {
    readonly name: string;
    readonly title: string;
    /** Whether no page waits for it. */
    readonly isReport: boolean;
    /** Milliseconds, the way there and back included; undefined where it gave no answer. */
    readonly total: number | undefined;
    /** Without the time on the link. */
    readonly database: number | undefined;
    readonly rows: number | undefined;
    readonly problem: string | undefined;
}

export interface LatencyReading {
    /** ISO-8601, UTC. */
    readonly at: string;
    /** Milliseconds of an empty statement: the median of five. */
    readonly link: number;
    /** The slowest first. */
    readonly queries: readonly TimedQuery[];
    /** How many were not tried because the time was over. */
    readonly left: number;
}

/** What the documents promise of the time in the database, in milliseconds. */
export const promise = { mean: 50, p95: 200, p99: 500 } as const;

/** Of one query, in milliseconds. */
export const queryLimit = 5_000;
const wholeLimit = 60_000;
const linkRuns = 5;

/**
 * Reads the documented queries that only read, without those that name a masked column, or its table with `*`.
 * @throws AppError `invalid-files`
 */
export async function readTimedQueries(root: string, masked: readonly MaskedColumn[]): Promise<DocumentedQuery[]> {
    const queries = await readQueries(root);
    return queries.filter(({ name }) => {
        const { writes, tokens } = readExplained(name, queries, []);
        const has = (wanted: string): boolean => tokens.some((token) => isSameName(readName(token), wanted));
        return !writes && !masked.some(({ table, column }) => has(table) && (has(column) || has("*")));
    });
}

/**
 * Runs each query once with its documented examples, and an empty statement five times.
 *
 * @param connection its queries must end by themselves
 * @param clock gives milliseconds
 * @throws DatabaseFault when not even an empty statement is answered
 */
export async function measureQueries(
    connection: Pick<Connection, "readAll">,
    queries: readonly DocumentedQuery[],
    { now, clock }: { readonly now: string; readonly clock: () => number },
): Promise<LatencyReading> {
    const time = async (query: Query) => {
        const from = clock();
        const [result] = await connection.readAll([query]);
        return { result, total: clock() - from };
    };
    const empty = { sql: "SELECT 1" };
    // The first request opens the connection.
    await time(empty);
    const floor: number[] = [];
    for (let run = 0; run < linkRuns; run++) floor.push((await time(empty)).total);
    const link = floor.sort((one, other) => one - other)[Math.floor(linkRuns / 2)] ?? 0;
    const end = clock() + wholeLimit;
    const timed: TimedQuery[] = [];
    for (const query of queries) {
        if (clock() > end) break;
        const { result, total } = await time(bindQuery(query)).catch(toUnanswered);
        const { name, title, report } = query;
        timed.push({
            ...{ name, title, isReport: report !== undefined },
            total: result?.ok ? total : undefined,
            database: result?.ok ? Math.max(0, total - link) : undefined,
            rows: result?.ok ? result.rows.length : undefined,
            problem: result?.ok ? undefined : (result?.message ?? "no answer"),
        });
    }
    const weigh = ({ database }: TimedQuery): number => database ?? Number.POSITIVE_INFINITY;
    return {
        at: now,
        link,
        queries: timed.sort((one, other) => (weigh(one) === weigh(other) ? 0 : weigh(other) - weigh(one))),
        left: queries.length - timed.length,
    };
}

function toUnanswered(error: unknown): { result: { ok: false; message: string }; total: number } {
    if (!(error instanceof DatabaseFault) || error.kind === "interrupted") throw error;
    return { result: { ok: false, message: error.message }, total: 0 };
}

/** The mean, and the time within which so many of the queries are, of those that pages wait for. Pure. */
export function summarizeLatency({ queries }: LatencyReading): { mean: number; p95: number; p99: number } {
    const times = queries.flatMap(({ database, isReport }) => (database === undefined || isReport ? [] : [database]));
    times.sort((one, other) => one - other);
    const within = (part: number): number => times[Math.max(0, Math.ceil(times.length * part) - 1)] ?? 0;
    const mean = times.reduce((sum, time) => sum + time, 0) / Math.max(1, times.length);
    return { mean, p95: within(0.95), p99: within(0.99) };
}
